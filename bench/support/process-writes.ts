import { readFileSync } from 'node:fs'

/** Bytes that a process has handed to the system to write, on Linux: to files, and what little it answers and logs. */
export function bytesWrittenBy(pid: number): number {
  const found = /^wchar: (\d+)$/m.exec(readFileSync(`/proc/${pid}/io`, 'utf8'))?.[1]
  if (found === undefined) throw new Error('the system does not tell wchar')
  return Number(found)
}
