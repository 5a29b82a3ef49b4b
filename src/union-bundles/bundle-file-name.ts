/** The only names that a bundle's files can have: what a client calls its entries is compared with these, and never used. */
export const bundleFileNames = ['edges.ndjson', 'facts_runtime.ndjson', 'meta.json', 'nodes.ndjson'] as const

export type BundleFileName = (typeof bundleFileNames)[number]

/** A file that `meta.json` lists; it does not list itself. */
export type ListedFileName = Exclude<BundleFileName, 'meta.json'>

export const requiredFileNames: readonly ListedFileName[] = ['nodes.ndjson', 'edges.ndjson']

export function bundleFileNamed(name: string): BundleFileName | undefined {
  return bundleFileNames.find((known) => known === name)
}

export function isListed(name: BundleFileName): name is ListedFileName {
  return name !== 'meta.json'
}
