import { readFileSync } from 'node:fs'

/** The kernel's unit for what it tells of processes, on every Linux that Node runs on. */
const ticksPerSecond = 100

/** Processor seconds that a process has used on Linux, all of its threads, in its own code and in the kernel. */
export function cpuSecondsOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  // proc_pid_stat(5): the name of the program may hold anything, so fields are counted from behind it, where the third stands.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond
}
