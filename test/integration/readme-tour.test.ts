import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ServiceProcess, startServiceProcess, temporaryDirectory } from '../support/service-process.ts'

interface Step {
  readonly command: string
  readonly printed: unknown
}

const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8')
const steps: Step[] = [...readme.matchAll(/```sh\n([\s\S]*?)```\s+```json\n([\s\S]*?)```/g)].map(
  ([, command = '', printed = '']) => ({ command, printed: JSON.parse(printed) }),
)

let directory: Awaited<ReturnType<typeof temporaryDirectory>>
let service: ServiceProcess

beforeAll(async () => {
  directory = await temporaryDirectory()
  service = await startServiceProcess(join(directory.path, 'data'))
})

afterAll(async () => {
  await service.kill('SIGTERM')
  await directory[Symbol.asyncDispose]()
})

/** What differs from run to run is printed as "…": there anything but nothing will do. */
function withPlaceholders(answer: unknown, printed: unknown): unknown {
  if (printed === '…') return answer === undefined || answer === '' ? answer : '…'
  if (Array.isArray(answer) && Array.isArray(printed)) {
    return answer.map((element, position) => withPlaceholders(element, printed[position]))
  }
  if (!isObject(answer) || !isObject(printed)) return answer
  return Object.fromEntries(
    Object.entries(answer).map(([name, member]) => [name, withPlaceholders(member, printed[name])]),
  )
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

test('every block of the tour answers what the README prints', async () => {
  expect(steps.length).toBeGreaterThanOrEqual(6)
  expect([...readme.matchAll(/```sh\n/g)]).toHaveLength(steps.length)
  // One after another, as a reader would: later steps build on earlier ones.
  for (const { command, printed } of steps) {
    const here = command.replaceAll('http://127.0.0.1:8080', service.url)
    const { stdout } = await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', here])
    expect(withPlaceholders(JSON.parse(stdout), printed), command).toEqual(printed)
  }
})

test('every page that the README names is there', () => {
  const links = [...readme.matchAll(/\]\(([^)#]+)\)/g)].map(([, path = '']) => path)
  expect(links.filter((path) => !existsSync(join(import.meta.dirname, '../..', path)))).toEqual([])
})
