import { totalmem } from 'node:os'

export interface MachineMemory {
  /** What the control group allows; 0, or more than there is, where it allows all. */
  readonly constrained: number
  readonly total: number
}

/** The rest is for what the kernel keeps on behalf of the process: its sockets, and pages that it is writing. */
const share = 0.8

/** What the process may hold: what is configured, else most of what its container, or the machine, has. */
export function memoryCeiling(configured: number | undefined, machine: MachineMemory = thisMachine()): number {
  if (configured !== undefined) return configured
  const { constrained, total } = machine
  return Math.floor(share * (constrained > 0 ? Math.min(constrained, total) : total))
}

function thisMachine(): MachineMemory {
  return { constrained: process.constrainedMemory(), total: totalmem() }
}
