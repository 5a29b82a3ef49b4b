export const failPointNames = ['after-append', 'after-save', 'before-mark', 'before-relay', 'before-pull'] as const

export type FailPointName = (typeof failPointNames)[number]

/** Named places in the protocol where a test can make the process die as if its power were cut. Does nothing unless armed. */
export interface FailPoints {
  reach(name: FailPointName): void
}

export const noFailPoints: FailPoints = { reach: () => undefined }

/** Dies by SIGKILL at the first armed point it reaches: no handler runs, nothing is flushed. */
export function armedFailPoints(armed: readonly FailPointName[]): FailPoints {
  const points = new Set(armed)
  return {
    reach(name) {
      if (points.has(name)) process.kill(process.pid, 'SIGKILL')
    },
  }
}
