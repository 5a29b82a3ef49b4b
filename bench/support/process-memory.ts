import { readFileSync } from 'node:fs'

const mebibyte = 1024

/** Of a process on Linux, in MB: what it holds now, and the most that it ever held. */
export function memoryOf(pid: number): { readonly now: number; readonly peak: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return { now: kibibytes(status, 'VmRSS') / mebibyte, peak: kibibytes(status, 'VmHWM') / mebibyte }
}

function kibibytes(status: string, name: string): number {
  const found = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]
  if (found === undefined) throw new Error(`the system does not tell ${name}`)
  return Number(found)
}
