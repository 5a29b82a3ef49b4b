import { hash } from 'node:crypto'

/** Nine zero bits at the end of its key's hash: one entry of about 512 begins a chunk, whatever the list's history. */
export function beginsChunk(key: string): boolean {
  const digest = hash('sha256', key, 'buffer')
  return digest[31] === 0 && ((digest[30] ?? 0) & 1) === 0
}
