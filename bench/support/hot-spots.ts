import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

interface CpuProfile {
  readonly nodes: readonly { readonly id: number; readonly callFrame: CallFrame }[]
  readonly samples: readonly number[]
}

interface CallFrame {
  readonly functionName: string
  readonly url: string
  readonly lineNumber: number
}

const shown = 12
/** Time in which a thread waits is no cost. */
const idle = new Set(['(idle)', '(program)', '(root)'])

/** Where each thread's own time went, most first: share, function and place. */
export function hotSpots(directory: string): string[] {
  return readdirSync(directory)
    .filter((file) => file.endsWith('.cpuprofile'))
    .flatMap((file) => [file, ...spotsOf(JSON.parse(readFileSync(join(directory, file), 'utf8')))])
}

function spotsOf({ nodes, samples }: CpuProfile): string[] {
  const placeOf = new Map(nodes.map(({ id, callFrame }) => [id, describe(callFrame)]))
  const counts = new Map<string, number>()
  for (const sample of samples) {
    const place = placeOf.get(sample) ?? ''
    if (!idle.has(place)) counts.set(place, (counts.get(place) ?? 0) + 1)
  }
  const busy = [...counts.values()].reduce((sum, count) => sum + count, 0)
  return [...counts]
    .sort(([, one], [, other]) => other - one)
    .slice(0, shown)
    .map(([place, count]) => `  ${((100 * count) / busy).toFixed(1).padStart(5)} %  ${place}`)
}

function describe({ functionName, url, lineNumber }: CallFrame): string {
  const file = url.replace(/^.*\/(?=(src|node_modules)\/)/, '')
  return file === '' ? functionName : `${functionName || '(anonymous)'} ${file}:${lineNumber + 1}`
}
