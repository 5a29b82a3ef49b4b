import { expect } from 'vitest'
import { signingAlgorithms } from '../../src/auth/auth-settings.ts'
import type { Answer } from './build-app.ts'

/** A row of a table: what is wrong, how it is asked, and the reason that is told. */
export type Refused<Wrong> = readonly [situation: string, wrong: Wrong, reason: string]

/** The code, and the challenge letter by letter: a client library reads no prose. */
export function expectRefusal(answer: Answer, scheme: 'Bearer' | 'DPoP', code: string, reason: string): void {
  const error = code.startsWith('DPOP') ? 'invalid_dpop_proof' : 'invalid_token'
  const algs = scheme === 'DPoP' ? `, algs="${signingAlgorithms.join(' ')}"` : ''
  const { status, body, headers } = answer
  expect({ status, code: body['code'], detail: body['detail'] }).toEqual({ status: 401, code, detail: reason })
  expect(headers['www-authenticate']).toBe(
    `${scheme} realm="signals", error="${error}", error_description="${reason}"${algs}`,
  )
}
