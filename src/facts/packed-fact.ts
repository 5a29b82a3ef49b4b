import { promisify } from 'node:util'
import { constants, zstdCompress, zstdDecompress } from 'node:zlib'

const compress = promisify(zstdCompress)
const decompress = promisify(zstdDecompress)

// What is smaller is sent faster as it is.
const packedFromBytes = 256 * 1024
const maxUnpackedBytes = 64 * 1024 * 1024
/** Of the first byte of a zstd frame; a fact is JSON, and begins with a brace. */
const zstdMark = 0x28
const params = { [constants.ZSTD_c_compressionLevel]: 1, [constants.ZSTD_c_checksumFlag]: 1 }

/** A fact as a shared cache holds it: a long one compressed, off the event loop, to about a tenth of its length. */
export async function packFact(bytes: Buffer): Promise<Buffer> {
  return bytes.byteLength < packedFromBytes ? bytes : await compress(bytes, { params })
}

export async function unpackFact(bytes: Buffer): Promise<Buffer> {
  return bytes[0] === zstdMark ? await decompress(bytes, { maxOutputLength: maxUnpackedBytes }) : bytes
}
