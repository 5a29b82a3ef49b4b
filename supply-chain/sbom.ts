import { createHash } from 'node:crypto'
import { z } from 'zod'

/** A CycloneDX document as `npm sbom` writes it, as far as it is touched here. */
const Sbom = z.looseObject({
  bomFormat: z.literal('CycloneDX'),
  metadata: z.looseObject({ component: z.looseObject({ 'bom-ref': z.string() }) }),
  components: z.array(z.looseObject({ 'bom-ref': z.string() })),
  dependencies: z.array(z.looseObject({ ref: z.string(), dependsOn: z.array(z.string()) })),
})
type Sbom = z.output<typeof Sbom>

/**
 * Of those packages alone, each named as `name@version`, and the same for the same packages: without the time, with the project's
 * name for the folder's, numbered by what it says.
 */
export function sbomOf(document: unknown, shipped: ReadonlySet<string>): string {
  const { metadata, ...sbom } = onlyWith(Sbom.parse(document), shipped)
  const { timestamp: _, component, ...told } = metadata
  const named = { ...sbom, metadata: { ...told, component: { ...component, type: 'application', name: 'signals' } } }
  const serialNumber = `urn:uuid:${uuidOf(JSON.stringify({ ...named, serialNumber: '' }))}`
  return `${JSON.stringify({ ...named, serialNumber }, null, 2)}\n`
}

/** `npm sbom --omit dev` cannot be used: it leaves out what is shipped as well, wherever something of development needs it too. */
function onlyWith(sbom: Sbom, shipped: ReadonlySet<string>): Sbom {
  const root = sbom.metadata.component['bom-ref']
  return {
    ...sbom,
    components: sbom.components.filter((component) => shipped.has(component['bom-ref'])),
    dependencies: sbom.dependencies
      .filter(({ ref }) => ref === root || shipped.has(ref))
      .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((needed) => shipped.has(needed)) })),
  }
}

/** RFC 9562, 5.8: a UUID of a kind of one's own, here a digest. */
function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    '-',
  )
}
