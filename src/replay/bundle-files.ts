import { type Digest, hexOf } from '../identifiers/digest.ts'

export const manifestName = 'manifest.json'
export const evidenceName = 'evidence.ndjson'
export const factName = 'fact.json'

/** The name says what a file is and what its digest has to be; nothing in a bundle is named by whoever posted it. */
export function graphName(digest: Digest): string {
  return `graph-${hexOf(digest)}.tar`
}

export function traceName(digest: Digest): string {
  return `trace-${hexOf(digest)}.tar`
}

export function chunkName(digest: Digest): string {
  return `chunk-${hexOf(digest)}.json`
}

/** Whether a file is a part of the fact that is to be proven, and not of what it was made of. */
export function isOfFact(name: string): boolean {
  return name === factName || name.startsWith('chunk-')
}

export function isBundleName(name: string): boolean {
  return (
    [manifestName, evidenceName, factName].includes(name) ||
    /^(graph|trace)-[0-9a-f]{64}\.tar$|^chunk-[0-9a-f]{64}\.json$/.test(name)
  )
}
