import { canaryTenant, type FuzzTenant, tenants } from './callers.ts'
import type { JsonValue } from './drawn-request.ts'
import type { Markers } from './markers.ts'
import type { Kind, Memory } from './memory.ts'

/** Stands for a word that was never said before. */
export const fresh = '⟦fresh⟧'

/** Stands for something that an answer to the same tenant, or to another, named. */
export function recalled(whose: 'own' | 'other', kind: Kind, number: number): string {
  return `⟦${whose}:${kind}:${number}⟧`
}

export interface Filling {
  readonly tenant: FuzzTenant
  readonly memory: Memory
  readonly markers: Markers
}

const placeholder = /⟦(?:fresh|(own|other):(\w+):(\d+))⟧/g

/** The text with everything that it stands for. */
export function filledIn({ tenant, memory, markers }: Filling, template: string): string {
  if (!template.includes('⟦')) return template
  return template.replace(placeholder, (_whole, whose?: string, kind?: Kind, digits?: string) => {
    if (kind === undefined) return markers.fresh(tenant)
    const number = Number(digits)
    const owner = whose === 'own' ? tenant : otherThan(tenant, number)
    return memory.recall(owner, kind, number) ?? `no-${kind}-yet`
  })
}

export function filledInValue(filling: Filling, value: JsonValue): JsonValue {
  if (typeof value === 'string') return filledIn(filling, value)
  if (Array.isArray(value)) return value.map((item) => filledInValue(filling, item as JsonValue))
  if (typeof value !== 'object' || value === null) return value
  const filled: [string, JsonValue][] = Object.entries(value).map(([name, member]) => [
    filledIn(filling, name),
    filledInValue(filling, member),
  ])
  // Own members, whatever they are called: an assignment to `__proto__` would make none.
  return Object.fromEntries(filled)
}

function otherThan(tenant: FuzzTenant, number: number): FuzzTenant {
  const all: readonly FuzzTenant[] = [...tenants, canaryTenant]
  const others = all.filter((name) => name !== tenant)
  return others[number % others.length] ?? canaryTenant
}
