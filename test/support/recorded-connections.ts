import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

/** What has a program write down every connection that it opens, every name that it looks up, and every datagram. */
export async function recordConnections(file: string): Promise<Readonly<Record<string, string>>> {
  await writeFile(file, '')
  const preload = pathToFileURL(join(import.meta.dirname, 'record-connections.ts')).href
  return { NODE_OPTIONS: `--import=${preload}`, CONNECTION_RECORD: file }
}

/** Each once, sorted: `tcp host:port`, `dns name`, `udp`. */
export async function recordedConnections(file: string): Promise<string[]> {
  const lines = (await readFile(file, 'utf8')).split('\n').filter((line) => line !== '')
  return [...new Set(lines)].sort()
}
