import { constants, type FileHandle, open } from 'node:fs/promises'

/** A whole file, if it is one and holds no more than so many bytes: whatever else stands at the path costs nothing. */
export async function readSmallFile(path: string, maxBytes: number): Promise<Buffer> {
  // Without O_NONBLOCK the open of a FIFO waits for a writer, on a thread that all files share.
  await using file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
  const found = await file.stat()
  if (!found.isFile()) throw new Error('not a regular file')
  // Its size may be a lie (/proc, a file that grows): what is read is what counts.
  const bytes = await readUpTo(file, maxBytes + 1)
  if (bytes.length > maxBytes) throw new Error(`larger than ${maxBytes} bytes`)
  return bytes
}

async function readUpTo(file: FileHandle, most: number): Promise<Buffer> {
  const bytes = Buffer.alloc(most)
  let length = 0
  while (length < most) {
    const { bytesRead } = await file.read(bytes, length, most - length)
    if (bytesRead === 0) break
    length += bytesRead
  }
  return bytes.subarray(0, length)
}
