import { availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os'

/** Where it was measured, and how busy the machine was with other things. */
export function describeMachine(): string {
  const model = cpus()[0]?.model.trim() ?? 'an unknown processor'
  const gigabytes = Math.round(totalmem() / 1024 ** 3)
  const system = `${type()} ${release()}, Node ${process.version}`
  return `Machine: ${availableParallelism()} cores of ${model}, ${gigabytes} GB, ${system}; load average at the end ${loadavg()[0]?.toFixed(1)}.`
}
