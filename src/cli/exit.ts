/** What a script can tell from how a command ended; sysexits.h where it has a name for it. docs/cli.md lists them. */
export const exitCodes = {
  done: 0,
  failed: 1,
  mismatch: 2,
  cannotSay: 3,
  findings: 4,
  usage: 64,
  invalidData: 65,
  noInput: 66,
  unavailable: 69,
  cannotCreate: 73,
} as const

/** Ends a command with a sentence on standard error and its exit code. */
export class CommandError extends Error {
  readonly exitCode: number

  constructor(kind: keyof typeof exitCodes, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'CommandError'
    this.exitCode = exitCodes[kind]
  }
}
