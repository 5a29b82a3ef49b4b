import { execFile } from 'node:child_process'
import { join } from 'node:path'

const launcher = join(import.meta.dirname, '../../bin/signals')

export interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** The command line in a process of its own, with these variables and no others. */
export function runSignals(args: readonly string[], variables: Readonly<Record<string, string>> = {}): Promise<Ended> {
  const env = { PATH: process.env['PATH'], ...variables }
  return new Promise((resolve) => {
    execFile(launcher, args, { env }, (error, stdout, stderr) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, stdout, stderr }),
    )
  })
}
