import { readSmallFile } from './read-small-file.ts'

/** Gives the text of a key set, as it is published now. */
export type LoadKeySet = () => Promise<string>

/** Many times what any issuer publishes. */
const maxBytes = 1024 * 1024

/** From an issuer. It is asked for nothing but this, and led nowhere else. */
export function fetchKeySet(url: string, timeoutMs: number): LoadKeySet {
  return async () => {
    const response = await fetch(url, {
      headers: { accept: 'application/jwk-set+json, application/json' },
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    })
    if (!response.ok) throw new Error(`the issuer answered ${response.status}`)
    return await boundedText(response)
  }
}

/** From a file, where no issuer can be reached. */
export function readKeyFile(path: string): LoadKeySet {
  return async () => (await readSmallFile(path, maxBytes)).toString('utf8')
}

async function boundedText({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of body ?? []) {
    bytes += chunk.byteLength
    if (bytes > maxBytes) throw new Error(`the key set is larger than ${maxBytes} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
