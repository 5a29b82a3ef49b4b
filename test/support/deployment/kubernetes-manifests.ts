import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseAllDocuments } from 'yaml'
import { z } from 'zod'

const Manifest = z.looseObject({ apiVersion: z.string(), kind: z.string() })
export type Manifest = z.output<typeof Manifest>

export const manifestDirectory = join(import.meta.dirname, '../../../etc/kubernetes')

/** Files below `etc/kubernetes`, by their path in it. */
export const manifestFiles: readonly string[] = readdirSync(manifestDirectory, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.yaml'))
  .sort()

export function readManifests(file: string): Manifest[] {
  const text = readFileSync(join(manifestDirectory, file), 'utf8')
  return parseAllDocuments(text).map((document) => Manifest.parse(document.toJS()))
}

/** What a cluster is told; a kustomization is told to a tool before. */
export const manifests: readonly Manifest[] = manifestFiles
  .flatMap(readManifests)
  .filter(({ apiVersion }) => !apiVersion.startsWith('kustomize.'))

export function manifestOf(kind: string): Manifest {
  const found = manifests.filter((manifest) => manifest.kind === kind)
  const [manifest] = found
  if (manifest === undefined || found.length > 1) throw new Error(`${found.length} manifests of kind ${kind}`)
  return manifest
}
