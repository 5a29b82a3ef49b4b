import { createReadStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { type ArchiveEntry, readArchive, stageArchive } from '../../src/cas/archive.ts'
import { readContent } from '../../src/cas/read-stored.ts'
import { Staging } from '../../src/cas/staging.ts'
import { storedFormOf } from '../../src/cas/stored-form.ts'
import { sha256Of } from '../../src/identifiers/digest.ts'
import { type Replay, type ReplayDeps, replayBundle } from '../../src/replay/replay-bundle.ts'
import { manifestBytes, type ReplayManifest, readManifest, sealManifest } from '../../src/replay/replay-manifest.ts'
import type { BuiltApp } from './build-app.ts'

const wide = { maxEntries: 100_000, maxBytes: 1024 ** 3 }

/** A directory of its own, which has to be empty again when it is disposed. */
export class ReplayRoom implements AsyncDisposable {
  readonly staging: Staging
  readonly directory: string

  private constructor(directory: string, staging: Staging) {
    this.directory = directory
    this.staging = staging
  }

  static async open(): Promise<ReplayRoom> {
    const directory = await mkdtemp(join(tmpdir(), 'replay-room-'))
    return new ReplayRoom(directory, await Staging.open(directory))
  }

  async replay(bundle: Buffer, changed: Partial<ReplayDeps> = {}): Promise<Replay> {
    const object = { stored: Readable.from([bundle]), storedLength: bundle.byteLength }
    return await replayBundle({ staging: this.staging, limits: wide, ...changed }, object)
  }

  /** As the service packs it, whatever is in it. */
  async pack(files: ReadonlyMap<string, Buffer>): Promise<Buffer> {
    const entries: ArchiveEntry[] = [...files].map(([name, content]) => ({ name, content }))
    const blob = await stageArchive(this.staging, entries)
    const stored = Buffer.concat(await Array.fromAsync(createReadStream(blob.path)))
    await blob.discard()
    return stored
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.directory, { recursive: true, force: true })
  }
}

export interface AskedBundle {
  readonly subject: string
  readonly version?: number
  readonly tenant?: string
}

export async function bundleOf(
  built: BuiltApp,
  { subject, version, tenant = 'default' }: AskedBundle,
): Promise<Buffer> {
  const query = version === undefined ? '' : `?version=${version}`
  const url = `/signals/facts/${encodeURIComponent(subject)}/replay-bundle${query}`
  const { statusCode, rawPayload, body } = await built.app.inject({ url, headers: { 'x-stella-tenant': tenant } })
  if (statusCode !== 200) throw new Error(`${statusCode}: ${body}`)
  return rawPayload
}

/** The tar within. */
export async function tarOf(bundle: Buffer): Promise<Buffer> {
  const object = { stored: Readable.from([bundle]), storedLength: bundle.byteLength }
  return Buffer.concat(await Array.fromAsync(readContent(object, { encoding: 'zstd' })))
}

export function compressedTar(tar: Buffer): Buffer {
  return storedFormOf(tar)
}

export async function filesOf(bundle: Buffer): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>()
  for await (const { name, content } of readArchive(Readable.from([await tarOf(bundle)]), wide)) {
    files.set(name, Buffer.concat(await Array.fromAsync(content)))
  }
  return files
}

export function manifestIn(files: ReadonlyMap<string, Buffer>): ReplayManifest {
  const manifest = readManifest(files.get('manifest.json') ?? Buffer.alloc(0))
  if (!manifest) throw new Error('the manifest is not sealed')
  return manifest
}

/** A manifest that vouches for whatever the files are now: what an author can do who does not flip bytes but lies. */
export function resealed(
  files: ReadonlyMap<string, Buffer>,
  change: (manifest: ReplayManifest) => Partial<ReplayManifest> = () => ({}),
): Map<string, Buffer> {
  const { manifestDigest: _, ...manifest } = manifestIn(files)
  const listed = manifest.files.map(({ name, digest }) => {
    const bytes = files.get(name)
    return { name, digest: bytes ? sha256Of(bytes) : digest }
  })
  const fact = { ...manifest.fact, digest: sha256Of(files.get('fact.json') ?? '') }
  const changed = { ...manifest, files: listed, fact, ...change(manifestIn(files)) }
  return new Map([...files, ['manifest.json', manifestBytes(sealManifest(changed))]])
}
