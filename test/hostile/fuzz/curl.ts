import type { MadeRequest } from './make-request.ts'

/** The request as a command that anybody can run, with `$URL` for the service and a variable for each token. */
export function curlOf({ method, path, headers, body, drawn }: MadeRequest): string {
  const said = headers.map(([name, value]) =>
    name === 'authorization'
      ? `-H "authorization: Bearer $${drawn.caller.credential.toUpperCase()}"`
      : `-H ${quoted(`${name}: ${value}`)}`,
  )
  const framing = body?.framing === 'chunked' ? ["-H 'transfer-encoding: chunked'"] : []
  const parts = ['curl -i --path-as-is', `-X ${method}`, ...said, ...framing, ...(body ? ['--data-binary @-'] : [])]
  const command = `${parts.join(' ')} "$URL"${quoted(path)}`
  if (!body) return command
  const note = body.framing === 'cut-short' ? '   # promised 100 bytes more than it sent' : ''
  return `${bytesAsCommand(body.bytes)} | ${command}${note}`
}

function bytesAsCommand(bytes: Buffer): string {
  const text = bytes.toString()
  const isText = Buffer.from(text).equals(bytes) && /^[\x20-\x7e\n]*$/.test(text)
  return isText ? `printf %s ${quoted(text)}` : `base64 -d <<< ${bytes.toString('base64')}`
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
