import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect } from 'vitest'
import type { Answer, Asked, BuiltApp } from './build-app.ts'

/** A request that must be refused, and how: a row of `fixtures/hostile/*.json`. */
export interface Refusal {
  readonly title: string
  readonly method?: Asked['method']
  readonly url?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** A body that is no text. */
  readonly hex?: string
  readonly status: number
  readonly code: string
  readonly detail?: string
  /** Members of the first of `errors`: where it is, and what. */
  readonly place?: Readonly<Record<string, unknown>>
}

export function refusalsOf(table: string): Refusal[] {
  const path = resolve(import.meta.dirname, '../../fixtures/hostile', `${table}.json`)
  return JSON.parse(readFileSync(path, 'utf8')) as Refusal[]
}

/** In a table, `«x*513»` stands for 513 times `x`, and `$graph` for the id of the graph that is there. */
export function spelledOut(text: string, graph = ''): string {
  return text
    .replaceAll(/«(.+?)\*(\d+)»/g, (_whole, part: string, times: string) => part.repeat(Number(times)))
    .replaceAll('$graph', graph)
}

export interface RefusedRequest extends Asked {
  readonly url: string
}

/** Sends a row and expects its refusal, complete, with nothing stored because of it. */
export async function expectRefusal(built: BuiltApp, row: Refusal, request: RefusedRequest): Promise<Answer> {
  const before = await built.stored()
  const answer = await built.ask(request.url, request)
  expect({ status: answer.status, code: answer.body['code'] }).toEqual({ status: row.status, code: row.code })
  expectCompleteProblem(answer, request.url)
  if (row.detail !== undefined) expect(answer.body['detail']).toBe(row.detail)
  if (row.place) expect(answer.body['errors']).toMatchObject({ 0: row.place })
  expect(await built.stored()).toEqual(before)
  return answer
}

/** Every member that contracts, 1, promises of an error; nothing of ours in it, and no more than a person would read. */
export function expectCompleteProblem({ status, headers, body, text }: Answer, url: string): void {
  expect(headers['content-type']).toBe('application/problem+json')
  expect(body).toMatchObject({
    type: `urn:signals:problem:${String(body['code']).toLowerCase().replaceAll('_', '-')}`,
    title: expect.stringMatching(/\S/),
    status,
    detail: expect.stringMatching(/\S/),
    instance: url.split('?', 1)[0],
    error: body['detail'],
    correlationId: headers['x-correlation-id'],
  })
  if (status === 429 || status === 503) expect(headers['retry-after']).toMatch(/^[1-9]\d*$/)
  expect(text).not.toMatch(/node_modules|\.ts:\d|\/tmp\/|SQLITE|ENOENT/)
  expect(text.length).toBeLessThan(64 * 1024 + 4 * url.length)
}
