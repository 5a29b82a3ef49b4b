import { stdin } from 'node:process'
import { type Command, InvalidArgumentError } from 'commander'
import { type Upload, uploadFile } from '../client/upload-file.ts'
import { keepSource, openSource, type UploadSource } from '../client/upload-source.ts'
import { ServiceError } from '../errors.ts'
import type { CommandDeps } from './command-deps.ts'
import { CommandError } from './exit.ts'
import { type ServiceOptions, serviceOf, telling, withServiceOptions } from './service-options.ts'

export interface PushOptions extends ServiceOptions {
  readonly key?: string
  readonly wait?: number
  readonly patience: number
  readonly json?: true
}

/** What all kinds of evidence are pushed with. */
export function withPushOptions(command: Command): Command {
  return withServiceOptions(command)
    .option('--key <key>', 'the idempotency key; made of the content and the options when absent')
    .option('--wait <seconds>', 'wait for the fact, 30 seconds at most', readSeconds)
    .option('--patience <seconds>', 'how long to try again what may pass', readSeconds, 300)
    .option('--json', 'print the answer of the service, as it came')
}

/** What is said of the pushed file, besides what the options of all kinds say. */
export type Said = Pick<Upload, 'route' | 'query' | 'headers' | 'isArchive'> & {
  readonly passingCodes?: readonly string[]
}

/** Pushes a file, or what comes by standard input, and gives the answer of the service. */
export async function push(
  deps: CommandDeps,
  { path, said, options }: { readonly path: string; readonly said: Said; readonly options: PushOptions },
): Promise<Readonly<Record<string, unknown>>> {
  await using source = await sourceOf(path)
  const { passingCodes, ...upload } = said
  const headers = { ...said.headers, ...(options.wait !== undefined && { prefer: `wait=${options.wait}` }) }
  const service = await serviceOf(deps, options)
  const patience = { patienceMs: options.patience * 1000, ...(passingCodes && { passingCodes }) }
  const whole = { ...upload, headers, source, key: options.key }
  const { text } = await telling(() => uploadFile(uploadDeps(deps), service, whole, patience)).catch(unreadable(path))
  deps.showProgress?.('')
  if (options.json) deps.print(text)
  return JSON.parse(text)
}

function uploadDeps({ clock, sleep, say, showProgress }: CommandDeps): Parameters<typeof uploadFile>[0] {
  return {
    clock,
    sleep,
    onProgress: (sent, total) => showProgress?.(progressLine(sent, total)),
    onRetry: ({ message }, delayMs) => say(`${message}; again in ${Math.ceil(delayMs / 1000)} s`),
  }
}

const barWidth = 30

export function progressLine(sentBytes: number, totalBytes: number): string {
  const share = totalBytes === 0 ? 1 : Math.min(1, sentBytes / totalBytes)
  const bar = '#'.repeat(Math.round(share * barWidth)).padEnd(barWidth, '.')
  return `[${bar}] ${Math.round(share * 100)} % of ${(totalBytes / 1e6).toFixed(1)} MB`
}

async function sourceOf(path: string): Promise<UploadSource> {
  return await (path === '-' ? keepSource(stdin) : openSource(path)).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error)
    throw new CommandError('noInput', `${path} cannot be read: ${reason}`, { cause: error })
  })
}

/** A file that says it is compressed, and is not, is found before anything is sent. */
function unreadable(path: string): (error: unknown) => never {
  return (error) => {
    if (!(error instanceof ServiceError)) throw error
    throw new CommandError('invalidData', `${path}: ${error.message}`, { cause: error })
  }
}

function readSeconds(text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new InvalidArgumentError('it is a whole number of seconds.')
  return Number(text)
}

/** The options that were given, by the names that the route has for them. */
export function queryOf(
  said: Readonly<Record<string, string | true | readonly string[] | undefined>>,
): URLSearchParams {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(said)) {
    if (value === undefined) continue
    for (const one of Array.isArray(value) ? value : [String(value)]) query.append(name, one)
  }
  return query
}

/** For options that may be given several times. */
export function collect(value: string, earlier: readonly string[]): readonly string[] {
  return [...earlier, value]
}
