import { availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os'

/** Where the rows were measured that were measured last; each row tells its own date, and how busy the machine was then. */
export function describeMachine(): string {
  const model = cpus()[0]?.model.trim() ?? 'an unknown processor'
  const gigabytes = Math.round(totalmem() / 1024 ** 3)
  const system = `${type()} ${release()}, Node ${process.version}`
  return `Machine on ${today()}: ${availableParallelism()} cores of ${model}, ${gigabytes} GB, ${system}; ${busyness()}.`
}

export function today(): string {
  return new Date().toISOString().slice(0, 10)
}

/** Of the last minute, and so for the most part of the row itself: what matters is how far it exceeds the cores. */
export function busyness(): string {
  return `load average ${loadavg()[0]?.toFixed(1)}`
}
