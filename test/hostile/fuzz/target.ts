import type { Tokens } from './callers.ts'
import { type Canary, plantCanary } from './canary.ts'
import { Markers } from './markers.ts'
import { Memory } from './memory.ts'
import { readSurface, type Surface } from './surface.ts'

/** A running service, and all that is known of it before the first request is drawn. */
export interface Target {
  readonly url: string
  readonly tokens: Tokens
  readonly surface: Surface
  readonly memory: Memory
  readonly markers: Markers
  readonly canary: Canary
}

export async function openTarget(url: string, tokens: Tokens): Promise<Target> {
  const known = { url, tokens, memory: new Memory(), markers: new Markers() }
  return { ...known, surface: await readSurface(url), canary: await plantCanary(known) }
}
