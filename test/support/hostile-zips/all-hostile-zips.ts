import { resolve } from 'node:path'
import { hostileArchives } from './hostile-archives.ts'
import { hostileLines, hostileMetas } from './hostile-contents.ts'
import { hostileEntries } from './hostile-entries.ts'
import { hostileNames } from './hostile-names.ts'
import type { HostileZip } from './hostile-zip.ts'

export const hostileZips: readonly HostileZip[] = [
  ...hostileArchives,
  ...hostileNames,
  ...hostileEntries,
  ...hostileMetas,
  ...hostileLines,
]

export const hostileZipFolder = resolve(import.meta.dirname, '../../../fixtures/hostile/zip')

/** `refusals.json` beside the archives: what each must be answered with. */
export function refusalTable(): string {
  const rows = hostileZips.map(({ bytes: _bytes, name, ...refused }) => ({ archive: `${name}.zip`, ...refused }))
  return `${JSON.stringify(rows, undefined, 2)}\n`
}
