import { fileURLToPath } from 'node:url'

/** The file of a V8 script; undefined for what is no file of a program: Node itself, evaluated text, natives. */
export function scriptFile(url: string): string | undefined {
  if (url === '' || /^(?:node|internal|evalmachine|wasm|extensions|data|blob):?/.test(url)) return undefined
  return url.startsWith('file:') ? pathOf(url) : url
}

function pathOf(url: string): string {
  try {
    return fileURLToPath(url, { windows: /^file:\/\/\/[A-Za-z]:/.test(url) }).replaceAll('\\', '/')
  } catch {
    return url
  }
}
