import type { AtRest } from '../build-app.ts'
import type { StoredIndex } from '../modes/place.ts'

/** What belongs to no tenant, and why that is right; whatever else does is a mistake. */
export interface OfNoTenant {
  readonly tables: Readonly<Record<string, string>>
  readonly indexes: Readonly<Record<string, string>>
}

/** Whatever rests somewhere without saying whose it is. */
export function strays(
  { rows, indexes, files, bus }: AtRest,
  tenants: readonly string[],
  allowed: OfNoTenant,
): string[] {
  const isTenant = (tenant: unknown): boolean => tenants.includes(String(tenant))
  const strayRows = Object.entries(rows)
    .filter(([table]) => !(table in allowed.tables))
    .flatMap(([table, all]) => (all.every((row) => isTenant(tenantOf(row))) ? [] : [`a row of ${table}`]))
  const strayIndexes = indexes
    .filter((index) => !(index.table in allowed.tables) && !(nameOf(index) in allowed.indexes))
    .flatMap((index) => (isByTenant(index) ? [] : [`the index ${nameOf(index)}`]))
  const strayFiles = files.filter((file) => !isTenant(file.split('/')[0])).map((file) => `the content ${file}`)
  const strayKeys = Object.entries(bus).flatMap(([key, held]) => {
    if (Array.isArray(held)) return held.every(({ tenant }) => isTenant(tenant)) ? [] : [`an entry of ${key}`]
    return isTenant(/^[a-z_]+:\{([^:}]+):/.exec(key)?.[1]) ? [] : [`the key ${key}`]
  })
  return [...strayRows, ...strayIndexes, ...strayFiles, ...strayKeys]
}

/** Of several columns only the first keeps a search within a tenant. */
export function nameOf({ table, columns }: StoredIndex): string {
  return `${table} (${columns.join(', ')})`
}

function isByTenant({ columns }: StoredIndex): boolean {
  // MongoDB has one by its own id, which is asked for by nobody.
  return columns[0] === 'tenant' || columns.join() === '_id'
}

/** Whatever rests with another tenant although it holds this one's word. */
export function misplaced({ rows, bus }: AtRest, tenant: string, word: string): string[] {
  const elsewhere = Object.entries(rows).flatMap(([table, all]) =>
    all.some((row) => tenantOf(row) !== tenant && textOf(row).includes(word)) ? [`a row of ${table}`] : [],
  )
  const entries = Object.entries(bus).flatMap(([key, held]) => {
    if (Array.isArray(held))
      return held.some((entry) => entry.tenant !== tenant && textOf(entry).includes(word)) ? [key] : []
    return !key.includes(`{${tenant}:`) && `${key}${textOf(held)}`.includes(word) ? [key] : []
  })
  return [...elsewhere, ...entries]
}

function tenantOf(row: unknown): unknown {
  return typeof row === 'object' && row !== null && 'tenant' in row ? row.tenant : undefined
}

/** All that a row says, bytes read as text. */
export function textOf(value: unknown): string {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8')
  if (typeof value !== 'object' || value === null) return String(value)
  if ('buffer' in value && value.buffer instanceof Uint8Array) return textOf(value.buffer)
  return Object.entries(value)
    .map(([name, member]) => `${name} ${textOf(member)}`)
    .join('\n')
}
