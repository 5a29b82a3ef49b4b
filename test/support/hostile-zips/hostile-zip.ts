import { type BundleParts, bundleEntries, shop } from '../made-bundles.ts'
import { makeZip, type ZipEnd, type ZipEntry } from '../make-zip.ts'

/** An archive that must be refused, and how. */
export interface HostileZip {
  readonly name: string
  readonly bytes: Buffer
  readonly status: 413 | 422
  readonly code: string
  /** Members of the first of `errors`. */
  readonly place?: Readonly<Record<string, unknown>>
  /** Which file of the bundle is said to be at fault. */
  readonly file?: string
}

export type Refused = Omit<HostileZip, 'name' | 'bytes'>

export function refusedAs(code: string, more: Partial<Refused> = {}): Refused {
  return { status: 422, code, ...more }
}

/** The entries of a sound bundle, none compressed: its bytes depend on no compressor. */
export function soundEntries(parts: Partial<BundleParts> = {}): ZipEntry[] {
  return bundleEntries({ ...shop, ...parts }).map((entry) => ({ ...entry, method: 0 }))
}

/** A sound bundle but for one entry, by its name. */
export function withEntry(name: string, changed: Partial<ZipEntry>, end: ZipEnd = {}): Buffer {
  return makeZip(
    soundEntries().map((entry) => (entry.name === name ? { ...entry, ...changed } : entry)),
    end,
  )
}

/** A sound bundle, and one entry more. */
export function withFurther(entry: Partial<ZipEntry> & Pick<ZipEntry, 'name'>): Buffer {
  return makeZip([...soundEntries(), { content: 'x', method: 0, ...entry }])
}

export function withContent(parts: Partial<BundleParts>): Buffer {
  return makeZip(soundEntries(parts))
}

/** A sound bundle without a file that its list may still have. */
export function without(name: string): Buffer {
  return makeZip(soundEntries().filter((entry) => entry.name !== name))
}

export function withMeta(content: Buffer | string): Buffer {
  return withEntry('meta.json', { content })
}
