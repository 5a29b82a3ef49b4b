/** What a script can tell from how a command ended; codes of sysexits.h where it has a name for it. docs/cli.md lists them. */
const exits = {
  done: { code: 0, words: 'done' },
  failed: { code: 1, words: 'failed' },
  mismatch: { code: 2, words: 'another fact than was said' },
  cannotSay: { code: 3, words: 'cannot say' },
  findings: { code: 4, words: 'something found' },
  refused: { code: 5, words: 'the service refused' },
  usage: { code: 64, words: 'wrong usage' },
  invalidData: { code: 65, words: 'an input that is not what it should be' },
  noInput: { code: 66, words: 'an input that cannot be read' },
  unavailable: { code: 69, words: 'a service or store that cannot be reached' },
  cannotCreate: { code: 73, words: 'an output that cannot be written' },
  gaveUp: { code: 75, words: 'given up after several tries' },
} as const

export type ExitKind = keyof typeof exits

export function exitCodeOf(kind: ExitKind): number {
  return exits[kind].code
}

/** All of them in a line, for `--help`. */
export function exitCodeLine(): string {
  return Object.values(exits)
    .map(({ code, words }) => `${code} ${words}`)
    .join(', ')
}

/** Ends a command with a sentence on standard error and its exit code. */
export class CommandError extends Error {
  readonly exitCode: number

  constructor(kind: ExitKind, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'CommandError'
    this.exitCode = exitCodeOf(kind)
  }
}
