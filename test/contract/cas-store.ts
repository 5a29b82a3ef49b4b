import { randomBytes } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { CasKey, CasNamespace, CasStore } from '../../src/cas/cas-store.ts'
import { blobKey } from '../../src/cas/cas-uri.ts'
import { Content } from '../../src/cas/content.ts'
import type { StagedBlob } from '../../src/cas/staged-blob.ts'
import type { Staging } from '../../src/cas/staging.ts'
import { isTenant, type Tenant } from '../../src/identifiers/tenant.ts'

export interface OpenCasStore {
  readonly store: CasStore
  readonly staging: Staging
  close(): Promise<void>
}

/** What a store stands on may lack: what rests on it is then not tried. */
export interface Underneath {
  readonly refusesToReplace: boolean
  readonly listsInOrder: boolean
  readonly tellsTags: boolean
}

/** What every driver keeps. `open` gives an empty store of its own to each test. */
export function keepsCasStoreContract(
  name: string,
  open: () => Promise<OpenCasStore>,
  { refusesToReplace, listsInOrder, tellsTags }: Underneath = {
    refusesToReplace: true,
    listsInOrder: true,
    tellsTags: true,
  },
): void {
  const onceWritten = refusesToReplace ? test : test.skip
  const ordered = listsInOrder ? test : test.skip
  const tagged = tellsTags ? test : test.skip

  describe(`${name} keeps the contract of content-addressed storage`, () => {
    let opened: OpenCasStore
    const staged: StagedBlob[] = []

    beforeEach(async () => {
      opened = await open()
    })

    afterEach(async () => {
      await Promise.all(staged.splice(0).map((blob) => blob.discard()))
      await opened.close()
    })

    const stage = async (text: string | Buffer, encoding: StagedBlob['encoding'] = 'identity'): Promise<StagedBlob> => {
      const blob = await opened.staging.stage(Buffer.from(text), encoding)
      staged.push(blob)
      return blob
    }

    const put = async (key: CasKey, text: string | Buffer, encoding?: StagedBlob['encoding']) =>
      opened.store.put(key, await stage(text, encoding))

    const read = async (key: CasKey): Promise<string> =>
      (await new Content(opened.store, opened.staging).readNamed(key)).toString()

    tagged('describes what stands under a key: how long it is, and when it was last put', async () => {
      const key = named('manifests', 'described.json')
      expect(await opened.store.describe(key)).toBeUndefined()
      // File systems and servers keep their own time, and buckets whole seconds of it.
      const before = Date.now() - 2_000
      await put(key, 'content')
      const first = await opened.store.describe(key)
      await put(key, 'content')
      const renewed = await opened.store.describe(key)
      expect(first).toEqual({ storedLength: 7, lastPutMs: expect.any(Number) })
      expect(first!.lastPutMs).toBeGreaterThan(before)
      expect(renewed!.lastPutMs).toBeGreaterThanOrEqual(first!.lastPutMs)
    })

    test('gives back what was put', async () => {
      expect(await put(named('manifests', 'a.json'), 'content')).toBe('stored')
      const object = await opened.store.open(named('manifests', 'a.json'))
      expect(object.storedLength).toBe(7)
      expect(Buffer.concat(await Array.fromAsync(object.stored)).toString()).toBe('content')
    })

    test('gives back compressed content, byte for byte as it was staged', async () => {
      const content = randomBytes(3_000_000)
      const blob = await stage(content, 'zstd')
      const key = blobKey(acme, 'artifacts', blob.digest, '.zst')
      expect(await opened.store.put(key, blob)).toBe('stored')
      expect(await storedLengthOf(opened.store, key)).toBe(blob.storedLength)
      const chunks = await Array.fromAsync(new Content(opened.store, opened.staging).readStream(key))
      expect(Buffer.concat(chunks).equals(content)).toBe(true)
    })

    onceWritten.each(['zstd', 'identity'] as const)('keeps empty content as %s', async (encoding) => {
      const key = named('artifacts', encoding === 'zstd' ? 'empty.zst' : 'empty')
      expect(await put(key, '', encoding)).toBe('stored')
      expect(await put(key, '', encoding)).toBe('present')
      expect(await read(key)).toBe('')
    })

    test('keeps what was put when the staged blob is discarded', async () => {
      const blob = await stage('content')
      await opened.store.put(named('manifests', 'a.json'), blob)
      await blob.discard()
      await blob.discard()
      expect(await read(named('manifests', 'a.json'))).toBe('content')
    })

    onceWritten.each(['zstd', 'identity'] as const)(
      'says that %s content is present when it is put again',
      async (encoding) => {
        const key = named('artifacts', encoding === 'zstd' ? 'a.zst' : 'a')
        expect(await put(key, 'content', encoding)).toBe('stored')
        expect(await put(key, 'content', encoding)).toBe('present')
        expect(await read(key)).toBe('content')
      },
    )

    onceWritten.each(['zstd', 'identity'] as const)('never replaces %s content by other content', async (encoding) => {
      const key = named('artifacts', encoding === 'zstd' ? 'a.zst' : 'a')
      await put(key, 'the first', encoding)
      expect(await put(key, 'THE FIRST', encoding)).toBe('present')
      await expect(put(key, 'the second', encoding)).rejects.toMatchObject({ code: 'CAS_LENGTH_MISMATCH' })
      expect(await read(key)).toBe('the first')
    })

    onceWritten('compares lengths of content before compression', async () => {
      const key = named('artifacts', 'a.zst')
      await put(key, 'a'.repeat(100_000), 'zstd')
      const other = 'a'.repeat(100_001)
      expect((await stage(other, 'zstd')).storedLength).toBe(await storedLengthOf(opened.store, key))
      await expect(put(key, other, 'zstd')).rejects.toMatchObject({ code: 'CAS_LENGTH_MISMATCH' })
    })

    onceWritten('stores once when many put the same content at the same time', async () => {
      const key = named('artifacts', 'deep/er/a.zst')
      const blobs = await Promise.all(Array.from({ length: 16 }, () => stage('content', 'zstd')))
      const outcomes = await Promise.all(blobs.map((blob) => opened.store.put(key, blob)))
      expect(outcomes.toSorted()).toEqual([...Array(15).fill('present'), 'stored'])
      expect(await read(key)).toBe('content')
    })

    onceWritten('keeps exactly one whole object when many put other content under one name', async () => {
      const key = named('manifests', 'a.json')
      const texts = Array.from({ length: 16 }, (_, length) => String(length % 10).repeat(100_000 + length))
      const blobs = await Promise.all(texts.map((text) => stage(text)))
      const outcomes = await Promise.allSettled(blobs.map((blob) => opened.store.put(key, blob)))
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toEqual([
        { status: 'fulfilled', value: 'stored' },
      ])
      expect(texts).toContain(await read(key))
    })

    test('knows what is there, and what is not', async () => {
      const key = named('artifacts', 'deep/a')
      expect(await opened.store.has(key)).toBe(false)
      await put(key, 'content')
      expect(await opened.store.has(key)).toBe(true)
      expect(await opened.store.has(named('artifacts', 'deep'))).toBe(false)
      expect(await opened.store.has(named('manifests', 'deep/a'))).toBe(false)
    })

    test.each(['absent', 'there/below', 'dir'])('says not found of %s, and nothing else', async (text) => {
      await put(named('artifacts', 'there'), 'content')
      await put(named('artifacts', 'dir/there'), 'content')
      await expect(opened.store.open(named('artifacts', text))).rejects.toMatchObject({ code: 'CAS_NOT_FOUND' })
    })

    test('shares nothing between tenants', async () => {
      const key = named('artifacts', 'a.zst')
      const others: CasKey = { ...key, tenant: other }
      await put(key, 'content', 'zstd')
      expect(await opened.store.has(others)).toBe(false)
      await expect(opened.store.open(others)).rejects.toMatchObject({ code: 'CAS_NOT_FOUND' })
      expect(await put(others, 'content', 'zstd')).toBe('stored')
      await opened.store.remove(key)
      expect(await read(others)).toBe('content')
    })

    test('removes, also what is not there', async () => {
      const key = named('artifacts', 'deep/a')
      await opened.store.remove(key)
      await put(key, 'content')
      await opened.store.remove(key)
      expect(await opened.store.has(key)).toBe(false)
      await opened.store.remove(key)
      expect(await put(key, 'other content')).toBe('stored')
    })

    ordered('lists one tenant in ordinal order, whatever the order of the puts', async () => {
      const keys = ['b', 'a/b', 'a.b', 'a-b', 'a/B', 'a0', 'B', 'a/b.c/d', 'a/b-c', '_', 'v1/sha256:00']
      for (const key of keys) await put(named('artifacts', key), key)
      await put({ ...named('artifacts', 'of-another-tenant'), tenant: other }, 'content')
      expect((await listed(opened.store)).map(({ key }) => key)).toEqual(keys.toSorted())
    })

    test('lists all namespaces in their order, or the one that is named', async () => {
      const namespaces: CasNamespace[] = ['runtime_traces', 'artifacts', 'manifests']
      for (const namespace of namespaces) await put(named(namespace, 'a'), 'content')
      expect(await listed(opened.store)).toEqual(namespaces.toSorted().map((namespace) => named(namespace, 'a')))
      expect(await listed(opened.store, 'manifests')).toEqual([named('manifests', 'a')])
      expect(await listed(opened.store, 'graph_indexes')).toEqual([])
    })

    test('moves what is corrupt aside: its name is free, and nobody sees it', async () => {
      const key = named('manifests', 'a.json')
      await put(key, 'corrupt')
      await opened.store.quarantine(key)
      await expect(opened.store.open(key)).rejects.toMatchObject({ code: 'CAS_NOT_FOUND' })
      expect(await listed(opened.store)).toEqual([])
      expect(await put(key, 'content')).toBe('stored')
      expect(await read(key)).toBe('content')
      await opened.store.quarantine(named('manifests', 'absent'))
    })

    test('adds up what a tenant has, as it rests, and nothing of anybody else', async () => {
      expect(await opened.store.storedBytes(acme)).toBe(0)
      const compressed = await stage('content '.repeat(1_000), 'zstd')
      const key = blobKey(acme, 'artifacts', compressed.digest, '.zst')
      await opened.store.put(key, compressed)
      await put(named('manifests', 'a'), 'seven..')
      await put(named('manifests', 'a'), 'seven..')
      await put({ ...named('manifests', 'a'), tenant: other }, 'content of another')
      expect(await opened.store.storedBytes(acme)).toBe(compressed.storedLength + 7)
      await opened.store.remove(key)
      expect(await opened.store.storedBytes(acme)).toBe(7)
    })

    test('names the tenants that have content, and nobody else', async () => {
      expect(await Array.fromAsync(opened.store.tenants())).toEqual([])
      await put({ ...named('manifests', 'a'), tenant: other }, 'content')
      await put(named('manifests', 'a'), 'content')
      await put(named('artifacts', 'b'), 'corrupt')
      await opened.store.quarantine(named('artifacts', 'b'))
      // What it writes to find out whether it can write is nobody's.
      if (refusesToReplace) await opened.store.check()
      expect(await Array.fromAsync(opened.store.tenants())).toEqual([acme, other])
    })

    test.each([
      '',
      '/',
      'a/',
      '/etc/passwd',
      '..',
      'a/../b',
      'a/./b',
      'a//b',
      '.hidden',
      'a\0b',
      'a\\b',
      'a b',
      'ä',
      'a\n',
      '%2e%2e/b',
      'a'.repeat(256),
      `${'a/'.repeat(450)}a`,
    ])('refuses the key %j in every operation', async (text) => {
      const key = named('artifacts', text)
      const blob = await stage('content')
      const refusal = { code: 'CAS_KEY_INVALID' }
      await expect(opened.store.put(key, blob)).rejects.toMatchObject(refusal)
      await expect(opened.store.open(key)).rejects.toMatchObject(refusal)
      await expect(opened.store.has(key)).rejects.toMatchObject(refusal)
      await expect(opened.store.remove(key)).rejects.toMatchObject(refusal)
      expect(await listed(opened.store)).toEqual([])
    })

    test('refuses content that is not encoded as its key says', async () => {
      await expect(put(named('artifacts', 'a.zst'), 'content', 'identity')).rejects.toThrow(TypeError)
      await expect(put(named('artifacts', 'a'), 'content', 'zstd')).rejects.toThrow(TypeError)
    })

    onceWritten('can be asked whether it takes writes, which leaves no trace', async () => {
      await opened.store.check()
      expect(await listed(opened.store)).toEqual([])
    })
  })
}

const acme = tenantOf('acme')
const other = tenantOf('other')

function tenantOf(text: string): Tenant {
  if (!isTenant(text)) throw new TypeError(`${text} is not a tenant`)
  return text
}

function named(namespace: CasNamespace, key: string): CasKey {
  return { tenant: acme, namespace, key }
}

async function storedLengthOf(store: CasStore, key: CasKey): Promise<number> {
  const { stored, storedLength } = await store.open(key)
  stored.destroy()
  return storedLength
}

function listed(store: CasStore, namespace?: CasNamespace): Promise<CasKey[]> {
  return Array.fromAsync(store.list(acme, namespace))
}
