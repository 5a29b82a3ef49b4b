import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** What is sent, readable from its start as often as it has to be sent. */
export interface UploadSource extends AsyncDisposable {
  readonly size: number
  /** What it is compressed with already. */
  readonly encoding: 'gzip' | 'zstd' | undefined
  read(): AsyncGenerator<Buffer>
}

/** A file stays open, so that every try sends the same one; a pipe can be read only once, and is kept first. */
export async function openSource(path: string): Promise<UploadSource> {
  const file = await open(path)
  if ((await file.stat()).isFile()) return await sourceOf(file)
  try {
    return await keepSource(piecesOf(file, undefined))
  } finally {
    await file.close()
  }
}

/** Keeps a stream in a file without a name: however the process ends, nothing of it stays. */
export async function keepSource(pieces: AsyncIterable<Buffer>): Promise<UploadSource> {
  const directory = await mkdtemp(join(tmpdir(), 'signals-push-'))
  const file = await openNameless(directory)
  try {
    await file.writeFile(pieces)
    return await sourceOf(file)
  } catch (error) {
    await file.close()
    throw error
  }
}

async function openNameless(directory: string): Promise<FileHandle> {
  try {
    return await open(join(directory, 'input'), 'wx+', 0o600)
  } finally {
    await rm(directory, { recursive: true })
  }
}

async function sourceOf(file: FileHandle): Promise<UploadSource> {
  const { size } = await file.stat()
  const { buffer } = await file.read(Buffer.alloc(4), 0, 4, 0)
  return {
    size,
    encoding: encodingOf(buffer),
    read: () => piecesOf(file, 0),
    [Symbol.asyncDispose]: () => file.close(),
  }
}

/** By the first bytes, never by the name: RFC 8878, 3.1.1, and RFC 1952, 2.3.1. */
function encodingOf(start: Buffer): UploadSource['encoding'] {
  if (start.readUInt32LE() === 0xfd2fb528) return 'zstd'
  return start.readUInt16BE() === 0x1f8b ? 'gzip' : undefined
}

const pieceSize = 64 * 1024

/** Not a stream of the file's: one that nobody reads to its end would keep the file from being closed. */
async function* piecesOf(file: FileHandle, start: number | undefined): AsyncGenerator<Buffer> {
  let position = start
  for (;;) {
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(pieceSize), 0, pieceSize, position ?? null)
    if (bytesRead === 0) return
    if (position !== undefined) position += bytesRead
    yield buffer.subarray(0, bytesRead)
  }
}
