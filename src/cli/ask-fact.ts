import type { Command } from 'commander'
import { documentOf, type ServiceRequest, sendRequest } from '../client/service-request.ts'
import type { CommandDeps } from './command-deps.ts'
import { type ServiceOptions, serviceOf, telling, withServiceOptions } from './service-options.ts'

export interface FactOptions extends ServiceOptions {
  readonly json?: true
}

export function withFactOptions(command: Command): Command {
  return withServiceOptions(command).option('--json', 'print the answer of the service, as it came')
}

export function factPath(subjectKey: string, rest = ''): string {
  return `/signals/facts/${encodeURIComponent(subjectKey)}${rest}`
}

/** Asks once and prints what came, or what `describe` makes of it. */
export async function askFact<Document>(
  deps: CommandDeps,
  asked: { readonly request: ServiceRequest; readonly options: FactOptions },
  describe: (document: Document) => readonly string[],
): Promise<void> {
  const service = await serviceOf(deps, asked.options)
  const answer = await telling(() => sendRequest(service, asked.request))
  deps.print(asked.options.json ? answer.text : describe(documentOf<Document>(answer)).join('\n'))
}

interface TellableState {
  readonly verdict: string
  readonly target: string
  readonly score: number
  readonly reasons: readonly string[]
  readonly path: readonly string[]
}

/** A state in two or three lines: what is said of the target, why, and by which way it is reached. */
export function stateLines({ verdict, target, score, reasons, path }: TellableState): string[] {
  return [
    `${verdict.padEnd(11)} ${target}  (${score})`,
    `            ${reasons.join(', ')}`,
    ...(path.length === 0 ? [] : [`            ${path.join(' → ')}`]),
  ]
}
