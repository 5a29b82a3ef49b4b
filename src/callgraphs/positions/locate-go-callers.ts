import type { GoBlock, LocatedHit } from '../../evidence/tool-output.ts'
import type { FileBlocks } from './go-blocks.ts'
import type { CallSites } from './go-call-sites.ts'
import { packageOf, packageOfFile } from './go-names.ts'

export type BlocksByFile = ReadonlyMap<string, FileBlocks>

/** Which functions of the graph a profile without names shows running, and in which files it found them. */
export interface LocatedCallers {
  readonly hits: readonly LocatedHit[]
  readonly files: ReadonlySet<string>
}

/** Functions times files: far beyond any program's, so that only a body made to cost time is left half-read. */
const maxLooks = 5_000_000

/**
 * A profile names no functions and the graph no files, but the graph prints where its functions call: a function stands in a
 * file of its package in which all its calls lie in blocks, and it ran if one of these blocks did. Where several files would
 * do, it ran only if it did in each: never a guess.
 */
export function locateCallers(
  sites: CallSites,
  blocks: BlocksByFile,
  isSettled: (id: string) => boolean,
): LocatedCallers {
  const filesOfPackage = Map.groupBy(blocks.keys(), packageOfFile)
  const hits: LocatedHit[] = []
  const files = new Set<string>()
  let looksLeft = maxLooks
  for (const [id, itsSites] of sites) {
    const candidates = filesOfPackage.get(packageOf(id)) ?? []
    looksLeft -= candidates.length
    if (candidates.length === 0 || isSettled(id) || looksLeft < 0) continue
    const fitting = candidates.flatMap((file) => {
      const around = itsSites.map((site) => blocks.get(file)?.around(site))
      return around.every((block) => block !== undefined) ? [{ file, ran: firstExecuted(around) }] : []
    })
    const counts = fitting.map(({ ran }) => ran?.hits ?? 0)
    if (fitting.length === 1) for (const { file } of fitting) files.add(file)
    if (counts.length === 0 || counts.includes(0)) continue
    hits.push({ symbolId: id, isNode: true, hits: Math.min(...counts) })
    for (const { file } of fitting) files.add(file)
  }
  return { hits, files }
}

function firstExecuted(around: readonly GoBlock[]): GoBlock | undefined {
  return around.find(({ hits }) => hits > 0)
}
