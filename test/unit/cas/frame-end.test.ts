import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { constants, createZstdCompress, zstdCompressSync } from 'node:zlib'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FrameEnd } from '../../../src/cas/frame-end.ts'
import { readContent, readWholeContent } from '../../../src/cas/read-stored.ts'
import { trailerOf } from '../../../src/cas/stored-form.ts'
import { sha256Of } from '../../../src/identifiers/digest.ts'
import { inTemporaryDirectory } from './in-temporary-directory.ts'

const current = inTemporaryDirectory()
const emptyFrame = Buffer.from('28b52ffd240001000099e9d851', 'hex')
const params = { [constants.ZSTD_c_checksumFlag]: 1 }

/** Random bytes are stored as they are, so their number alone says where the frame ends. */
const atBufferEnd = [
  { form: 'at once', length: 16 * 1024 - 14, isStreamed: false },
  { form: 'as a stream', length: 64 * 1024 - 13, isStreamed: true },
]

test.each(atBufferEnd)(
  'content of which the frame, made $form, ends where the output buffer does is one frame',
  async ({ length, isStreamed }) => {
    const content = randomBytes(length)
    const compressed = isStreamed ? await streamed(content) : zstdCompressSync(content, { params })
    expect(compressed.subarray(-13)).toEqual(emptyFrame)

    const source = isStreamed ? Readable.from([content]) : content
    const blob = await current().staging.stage(source, 'zstd')
    const stored = await readFile(blob.path)
    expect(stored.byteLength).toBe(compressed.byteLength - emptyFrame.byteLength + 24)
    await blob.discard()
  },
)

test.each(atBufferEnd)(
  'what was stored with such an empty frame behind it, made $form, is still read',
  async ({ length, isStreamed }) => {
    const content = randomBytes(length)
    const compressed = isStreamed ? await streamed(content) : zstdCompressSync(content, { params })
    const trailer = trailerOf({ contentLength: length, frameLength: compressed.byteLength })
    const stored = Buffer.concat([compressed, trailer])
    const object = () => ({ stored: Readable.from([stored]), storedLength: stored.byteLength })
    const expected = { encoding: 'zstd', digest: sha256Of(content) } as const
    expect(await readWholeContent(object(), expected, length)).toEqual(content)
    expect(await buffer(readContent(object(), expected))).toEqual(content)
  },
)

async function streamed(content: Buffer): Promise<Buffer> {
  const compressor = createZstdCompress({ params, chunkSize: 64 * 1024 })
  compressor.end(content)
  return await buffer(compressor)
}

test('a frame ends where it ends, of whatever content, however its bytes are cut, whatever follows', () => {
  const content = fc.oneof(
    fc.uint8Array({ maxLength: 3000 }).map((bytes) => Buffer.from(bytes)),
    fc
      .tuple(fc.string({ maxLength: 20 }), fc.nat(20_000))
      .map(([text, times]) => Buffer.from(text.repeat(times).slice(0, 300_000))),
    fc.nat(400_000).map((length) => Buffer.alloc(length)),
  )
  const shape = fc.record({
    content,
    hasChecksum: fc.boolean(),
    isSized: fc.boolean(),
    cut: fc.integer({ min: 1, max: 9000 }),
  })
  fc.assert(
    fc.property(shape, ({ content, hasChecksum, isSized, cut }) => {
      const frame = zstdCompressSync(content, {
        // Room for all of it: no empty frame comes of that.
        chunkSize: content.byteLength + 1024,
        params: {
          [constants.ZSTD_c_checksumFlag]: Number(hasChecksum),
          [constants.ZSTD_c_contentSizeFlag]: Number(isSized),
        },
      })
      const bytes = Buffer.concat([frame, frame])
      const end = new FrameEnd()
      let length = 0
      for (let at = 0; at < bytes.byteLength; at += cut) length += end.advance(bytes.subarray(at, at + cut))
      expect(length).toBe(frame.byteLength)
      expect(end.isReached).toBe(true)
    }),
  )
})
