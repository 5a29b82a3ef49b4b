import { execFileSync, spawnSync } from 'node:child_process'
import { readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { zstdDecompressSync } from 'node:zlib'
import fc from 'fast-check'
import { type Header, type Pack, pack } from 'tar-stream'
import { expect, test } from 'vitest'
import { type ArchiveEntry, type ArchiveLimits, readArchive, stageArchive } from '../../../src/cas/archive.ts'
import { sha256Of } from '../../../src/identifiers/digest.ts'
import { compareOrdinal } from '../../../src/lib/ordinal.ts'
import { inTemporaryDirectory } from './in-temporary-directory.ts'

const current = inTemporaryDirectory()
const hasTools = ['zstd', 'tar'].every((tool) => spawnSync(tool, ['--version']).status === 0)
const limits: ArchiveLimits = { maxEntries: 10, maxBytes: 1_000_000 }
const corrupt = { code: 'CAS_CORRUPT' }

const known: ArchiveEntry[] = [
  { name: 'nodes.ndjson', content: Buffer.from('{"id":"a"}\n') },
  { name: 'meta.json', content: Buffer.from('{}') },
  { name: 'edges.ndjson', content: Buffer.alloc(0) },
]

const stageTar = async (entries: readonly ArchiveEntry[]): Promise<Buffer> => {
  const blob = await stageArchive(current().staging, entries)
  const tar = zstdDecompressSync(await readFile(blob.path))
  expect(blob).toMatchObject({ digest: sha256Of(tar), contentLength: tar.length, encoding: 'zstd' })
  await blob.discard()
  return tar
}

test('a known archive has known bytes', async () => {
  const byHand = Buffer.concat([
    header('edges.ndjson', 0),
    header('meta.json', 2),
    padded('{}'),
    header('nodes.ndjson', 11),
    padded('{"id":"a"}\n'),
    Buffer.alloc(1024),
  ])
  expect((await stageTar(known)).equals(byHand)).toBe(true)
  expect(sha256Of(byHand)).toBe('sha256:bfd0d3c283190548d32438255cef352619dd29fb60300387ebc36e8dac046320')
})

test('the bytes do not depend on the order of the entries, or on memory or file', async () => {
  const expected = await stageTar(known)
  const spooled = await Promise.all(
    known.map(async ({ name, content }) => {
      if (!(content instanceof Uint8Array)) throw new TypeError('all are bytes')
      return { name, content: await current().staging.stage(content, 'identity') }
    }),
  )
  expect((await stageTar(known.toReversed())).equals(expected)).toBe(true)
  expect((await stageTar(spooled)).equals(expected)).toBe(true)
  await Promise.all(spooled.map(({ content }) => content.discard()))
  expect(await current().staged()).toEqual([])
})

test.each([
  { TZ: 'Pacific/Kiritimati', LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8' },
  { TZ: 'America/St_Johns', LANG: 'C', LC_ALL: 'C' },
])('the bytes do not depend on the surroundings $TZ, $LANG', async (surroundings) => {
  const source = (file: string) => JSON.stringify(join(import.meta.dirname, '../../../src/cas', file))
  const script = `
    import { stageArchive } from ${source('archive.ts')}
    import { Staging } from ${source('staging.ts')}
    const entry = (name, text) => ({ name, content: Buffer.from(text) })
    const entries = [entry('nodes.ndjson', '{"id":"a"}\\n'), entry('meta.json', '{}'), entry('edges.ndjson', '')]
    process.umask(0o077)
    console.log((await stageArchive(await Staging.open(process.argv[1]), entries)).digest)`
  const output = execFileSync(
    process.execPath,
    ['--input-type=module', '-e', script, join(current().directory, 'staging')],
    { env: { ...surroundings }, encoding: 'utf8' },
  )
  expect(output.trim()).toBe(sha256Of(await stageTar(known)))
})

test.skipIf(!hasTools)('the tools that everybody has read an archive', async () => {
  const { path } = await stageArchive(current().staging, known)
  const listing = execFileSync('sh', ['-c', 'zstd -dc "$1" | tar --full-time --numeric-owner -tvf -', 'sh', path], {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], TZ: 'UTC', LC_ALL: 'C' },
  })
  const lines = listing
    .trim()
    .split('\n')
    .map((line) => line.split(/\s+/).join(' '))
  expect(lines).toEqual([
    '-rw-r--r-- 0/0 0 1970-01-01 00:00:00 edges.ndjson',
    '-rw-r--r-- 0/0 2 1970-01-01 00:00:00 meta.json',
    '-rw-r--r-- 0/0 11 1970-01-01 00:00:00 nodes.ndjson',
  ])
})

test('an archive is read back as it was written', async () => {
  const name = fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,99}$/)
  const entry = fc.record({ name, content: fc.uint8Array({ maxLength: 2000 }) })
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(entry, { selector: (value) => value.name, maxLength: 8 }),
      fc.integer({ min: 1, max: 3000 }),
      async (entries, pieceLength) => {
        const tar = await stageTar(entries)
        const expected = entries.toSorted((left, right) => compareOrdinal(left.name, right.name))
        expect(await readAll(pieces(tar, pieceLength))).toEqual(
          expected.map(({ name, content }) => ({
            name,
            size: content.length,
            text: Buffer.from(content).toString('latin1'),
          })),
        )
      },
    ),
    { numRuns: 40 },
  )
})

test('large contents pass through in pieces, and entries may be left unread', async () => {
  const bytes = Buffer.alloc(5_000_000, 'signals ')
  const { staging } = current()
  const spooled = await staging.stage(bytes, 'identity')
  const blob = await stageArchive(staging, [
    { name: 'a', content: spooled },
    { name: 'b', content: bytes },
    { name: 'c', content: Buffer.from('end') },
  ])
  const tar = zstdDecompressSync(await readFile(blob.path))
  const read: string[] = []
  for await (const { name, content } of readArchive(pieces(tar, 65_536), { maxEntries: 3, maxBytes: tar.length })) {
    if (name !== 'a') read.push(sha256Of(Buffer.concat(await Array.fromAsync(content))))
  }
  expect(read).toEqual([sha256Of(bytes), sha256Of('end')])
})

test('an entry may be left in the middle', async () => {
  const tar = await stageTar([
    { name: 'a', content: Buffer.alloc(100_001, 'a') },
    { name: 'b', content: Buffer.from('end') },
  ])
  const read: string[] = []
  for await (const { content } of readArchive(pieces(tar, 1000), limits)) {
    for await (const piece of content) {
      read.push(piece.toString())
      break
    }
  }
  expect(read).toEqual(['a'.repeat(488), 'end'])
})

test('the bytes are those that another writer of the format makes', async () => {
  const archive = pack()
  const contents = { a: '', b: 'x'.repeat(511), c: 'x'.repeat(512), [`d${'.'.repeat(99)}`]: 'x'.repeat(513) }
  for (const [name, content] of Object.entries(contents)) {
    archive.entry({ name, mode: 0o644, uid: 0, gid: 0, mtime: new Date(0), type: 'file' }, content)
  }
  archive.finalize()
  const entries = Object.entries(contents).map(([name, text]) => ({ name, content: Buffer.from(text) }))
  expect((await stageTar(entries)).equals(await bytesOf(archive))).toBe(true)
})

test.each(['', '.', '..', '.hidden', 'a/b', '/a', 'a\\b', 'ä', 'a b', 'a\0', 'a'.repeat(101)])(
  'an archive is not written with an entry named %j',
  async (name) => {
    await expect(stageArchive(current().staging, [{ name, content: Buffer.alloc(0) }])).rejects.toThrow(TypeError)
    expect(await current().staged()).toEqual([])
  },
)

test('an archive is not written with a name twice, or with compressed content', async () => {
  const { staging } = current()
  await expect(stageArchive(staging, [...known, ...known])).rejects.toThrow(TypeError)
  const content = await staging.stage(Buffer.from('content'), 'zstd')
  await expect(stageArchive(staging, [{ name: 'a', content }])).rejects.toThrow(TypeError)
})

test.each([
  ['is gone', (path: string) => rm(path)],
  ['is shorter than it was', (path: string) => truncate(path, 1_000_000)],
  ['is longer than it was', (path: string) => writeFile(path, Buffer.alloc(3_000_000))],
])('writing an archive of a spooled file that %s fails, and leaves nothing', async (_, damage) => {
  const { staging, staged } = current()
  const content = await staging.stage(Buffer.alloc(2_000_000), 'identity')
  await damage(content.path)
  const entries = [...known, { name: 'spooled', content }, { name: 'z', content: Buffer.alloc(100) }]
  await expect(stageArchive(staging, entries)).rejects.toMatchObject({ code: 'CAS_UNAVAILABLE' })
  await content.discard()
  expect(await staged()).toEqual([])
})

test('writing an archive where nothing can be staged fails with the reason', async () => {
  const { staging, directory } = current()
  await rm(join(directory, 'staging'), { recursive: true })
  const unavailable = { code: 'CAS_UNAVAILABLE', cause: { code: 'ENOENT' } }
  const large = { name: 'large', content: Buffer.alloc(10_000_000) }
  await expect(stageArchive(staging, [large, ...known])).rejects.toMatchObject(unavailable)
})

const plain = { name: 'a', size: 0 }

test.each<[string, (Partial<Header> & { name: string })[]]>([
  ['a directory', [{ name: 'a', type: 'directory' }]],
  ['a symbolic link', [{ name: 'a', type: 'symlink', linkname: '/etc/passwd' }]],
  ['a hard link', [{ name: 'a', type: 'link', linkname: 'b' }]],
  ['a device', [{ name: 'a', type: 'character-device' }]],
  ['a pipe', [{ name: 'a', type: 'fifo' }]],
  ['a path that leads out', [{ name: '../a', size: 0 }]],
  ['an absolute path', [{ name: '/a', size: 0 }]],
  ['a path', [{ name: 'a/b', size: 0 }]],
  ['a hidden name', [{ name: '.a', size: 0 }]],
  ['a name that is not ASCII', [{ name: 'ä', size: 0 }]],
  ['a name that needs an extension', [{ name: 'a'.repeat(101), size: 0 }]],
  ['an extended header', [{ name: 'a', size: 0, pax: { comment: 'x' } }]],
  ['a name twice', [plain, { name: 'b', size: 0 }, plain]],
  ['too many entries', Array.from({ length: 11 }, (_, index) => ({ name: `a${index}`, size: 0 }))],
])('reading refuses %s', async (_, headers) => {
  const archive = pack()
  for (const each of headers) archive.entry(each, '')
  archive.finalize()
  const tar = await bytesOf(archive)
  await expect(readAll(pieces(tar, 512))).rejects.toMatchObject(corrupt)
})

test.each<[string, (tar: Buffer) => Buffer]>([
  ['cut in a header', (tar) => tar.subarray(0, 700)],
  ['cut in a content', (tar) => tar.subarray(0, 1030)],
  ['with a wrong checksum', (tar) => replaced(tar, 0, 'X')],
  ['with a size that is no number', (tar) => withChecksum(replaced(tar, 124, 'zzzzzzzzzzz'))],
  ['with a negative size', (tar) => withChecksum(replaced(tar, 124, Buffer.alloc(12, 0xff)))],
  ['with a size beyond its end', (tar) => withChecksum(replaced(tar, 124, '77777777777'))],
  ['without its end', (tar) => tar.subarray(0, -1024)],
  ['with half of its end', (tar) => tar.subarray(0, -512)],
  ['with something after its end', (tar) => Buffer.concat([tar, Buffer.alloc(1)])],
  ['with something between its entries', (tar) => replaced(tar, 512 + 600, 'x')],
  ['of another mode', (tar) => withChecksum(replaced(tar, 100, '000755'))],
  ['of another owner', (tar) => withChecksum(replaced(tar, 108, '000001'))],
  ['with an owner by name', (tar) => withChecksum(replaced(tar, 265, 'root'))],
  ['of another time', (tar) => withChecksum(replaced(tar, 136, '00000000001'))],
  ['with a name that goes on after its end', (tar) => withChecksum(replaced(tar, 0, 'a\0b'))],
  ['with a prefix to its name', (tar) => withChecksum(replaced(tar, 345, '..'))],
  ['that is empty', () => Buffer.alloc(0)],
  ['that is no archive', () => Buffer.alloc(1024, 'x')],
  ['that is too long', (tar) => Buffer.concat([tar, Buffer.alloc(limits.maxBytes)])],
])('reading refuses an archive %s', async (_, damage) => {
  const tar = Buffer.concat([header('a', 600), padded('x'.repeat(600)), Buffer.alloc(1024)])
  await expect(readAll(pieces(damage(tar), 512))).rejects.toMatchObject(corrupt)
})

test('whatever bytes it is given, reading ends: with entries, or with a refusal', async () => {
  const tar = await stageTar(known)
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(fc.nat(tar.length - 1), fc.nat(255)), { maxLength: 20 }), async (changes) => {
      const changed = Buffer.from(tar)
      for (const [offset, byte] of changes) changed[offset] = byte
      const outcome = await readAll(pieces(changed, 1000)).catch((error: unknown) => error)
      expect(outcome).toSatisfy(
        (value: unknown) => Array.isArray(value) || (value as { code: string }).code === 'CAS_CORRUPT',
      )
    }),
    { numRuns: 100 },
  )
})

test('a source that fails is told as it failed, and one that is left early is closed', async () => {
  const tar = await stageTar(known)
  const failure = Object.assign(new Error('EIO'), { code: 'EIO' })
  async function* failing(): AsyncGenerator<Buffer> {
    yield tar.subarray(0, 600)
    throw failure
  }
  await expect(readAll(failing())).rejects.toBe(failure)
  const closed = Promise.withResolvers<void>()
  async function* watched(): AsyncGenerator<Buffer> {
    try {
      yield* pieces(tar, 100)
    } finally {
      closed.resolve()
    }
  }
  for await (const { name } of readArchive(watched(), limits)) {
    expect(name).toBe('edges.ndjson')
    break
  }
  await closed.promise
})

async function readAll(stream: AsyncIterable<Buffer>): Promise<{ name: string; size: number; text: string }[]> {
  const entries: { name: string; size: number; text: string }[] = []
  for await (const { name, size, content } of readArchive(stream, limits)) {
    entries.push({ name, size, text: Buffer.concat(await Array.fromAsync(content)).toString('latin1') })
  }
  return entries
}

async function bytesOf(archive: Pack): Promise<Buffer> {
  return Buffer.concat((await Array.fromAsync(archive)) as Buffer[])
}

async function* pieces(bytes: Buffer, length: number): AsyncGenerator<Buffer> {
  for (let offset = 0; offset < bytes.length; offset += length) yield bytes.subarray(offset, offset + length)
}

/** A header as POSIX.1-1988 ustar writes it, by hand. */
function header(name: string, size: number): Buffer {
  const bytes = Buffer.alloc(512)
  const fields: [number, string][] = [
    [0, name],
    [100, '000644 '],
    [108, '000000 '],
    [116, '000000 '],
    [124, `${size.toString(8).padStart(11, '0')} `],
    [136, '00000000000 '],
    [156, '0'],
    [257, 'ustar'],
    [263, '00'],
    [329, '000000 '],
    [337, '000000 '],
  ]
  for (const [offset, text] of fields) bytes.write(text, offset)
  return withChecksum(bytes)
}

function withChecksum(bytes: Buffer): Buffer {
  bytes.write('        ', 148)
  const sum = bytes.subarray(0, 512).reduce((total, byte) => total + byte, 0)
  bytes.write(`${sum.toString(8).padStart(6, '0')} `, 148)
  bytes[155] = 0
  return bytes
}

function padded(text: string): Buffer {
  return Buffer.concat([Buffer.from(text), Buffer.alloc((512 - (text.length % 512)) % 512)])
}

function replaced(bytes: Buffer, offset: number, by: string | Buffer): Buffer {
  const copy = Buffer.from(bytes)
  copy.set(Buffer.from(by), offset)
  return copy
}
