import { readFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { makeProof } from '../auth/possession/make-proof.ts'
import { GaveUp } from '../client/insist.ts'
import { Prover } from '../client/prover.ts'
import { ServiceRefusal, ServiceUnreachable } from '../client/service-failures.ts'
import type { ServiceAt } from '../client/service-request.ts'
import type { CommandDeps } from './command-deps.ts'
import { CommandError } from './exit.ts'
import { loadSigningKey } from './key-directory.ts'

export interface ServiceOptions {
  readonly url: string
  readonly tokenFile?: string
  readonly proofKey?: string
  readonly tenant?: string
}

/** Which service is asked, and on whose behalf. A token in an argument would stand in the list of processes, so it comes in a file. */
export function withServiceOptions(command: Command): Command {
  return command
    .option('--url <url>', 'where the service is', 'http://127.0.0.1:8080')
    .option('--token-file <file>', 'a file that holds the token alone')
    .option('--proof-key <file>', 'the private key that the token is bound to: each request proves to hold it')
    .option('--tenant <tenant>', 'whose data, where the token does not say')
}

export async function serviceOf(
  { clock, newId }: Pick<CommandDeps, 'clock' | 'newId'>,
  { url, tokenFile, proofKey, tenant }: ServiceOptions,
): Promise<ServiceAt> {
  const token = tokenFile === undefined ? undefined : await readToken(tokenFile)
  if (token === undefined || proofKey === undefined) return { url, tenant, token }
  const key = await loadSigningKey(proofKey)
  return {
    url,
    tenant,
    token,
    proofs: new Prover((request) => makeProof({ key, clock, newId }, { token, ...request })),
  }
}

export async function readToken(path: string): Promise<string> {
  try {
    return (await readFile(path, 'utf8')).trim()
  } catch (error) {
    throw new CommandError('noInput', `${path} cannot be read`, { cause: error })
  }
}

/** Says in words, and by exit code, why a service did not do what it was asked. */
export async function telling<Result>(ask: () => Promise<Result>): Promise<Result> {
  try {
    return await ask()
  } catch (error) {
    if (error instanceof GaveUp) throw new CommandError('gaveUp', `${error.message}: ${wordsOf(error.cause)}`)
    if (error instanceof ServiceRefusal) throw new CommandError('refused', wordsOf(error), { cause: error })
    if (error instanceof ServiceUnreachable) throw new CommandError('unavailable', error.message, { cause: error })
    throw error
  }
}

const shownViolations = 5

function wordsOf(failure: unknown): string {
  if (!(failure instanceof ServiceRefusal) || !failure.problem) {
    return failure instanceof Error ? failure.message : String(failure)
  }
  const { title, detail, code, status, errors = [], correlationId } = failure.problem
  const places = errors.slice(0, shownViolations).map((violation) => {
    const { pointer, line, message, count } = violation
    const place = [...(line === undefined ? [] : [`line ${line}`]), ...(pointer === undefined ? [] : [pointer])]
    const times = count === undefined || count === 1 ? '' : ` (${count} times)`
    return `  ${[...place, `${message}${times}`].join(': ')}`
  })
  const more = errors.length > shownViolations ? [`  … and ${errors.length - shownViolations} more`] : []
  return [`${title}: ${detail}`, ...places, ...more, `  ${code}, ${status}, correlation id ${correlationId}`].join('\n')
}
