import type { Finding } from './finding.ts'

export type Look = () => Promise<readonly Finding[]>

/** A running service changes what is being read: only what a second look finds as well is so. */
export async function lookAgain(look: Look, between: () => Promise<void> = async () => undefined) {
  const first = await look()
  if (first.length === 0) return first
  await between()
  return await look()
}
