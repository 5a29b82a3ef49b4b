import type { Socket } from 'node:net'

const refusals: Readonly<Record<string, string>> = {
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
}

/**
 * Answers what is no HTTP, or has too large a head: there is no request yet, so there is nothing to describe. The connection
 * ends, since nobody knows where a next request would begin, and says so: a client would send its next one into the void.
 */
export function refuseUnreadable(error: Error & { readonly code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return
  const status = refusals[error.code ?? ''] ?? '400 Bad Request'
  if (!socket.writable) {
    socket.destroy(error)
    return
  }
  const head = ['Connection: close', 'Content-Type: text/plain', `Content-Length: ${status.length}`].join('\r\n')
  socket.write(`HTTP/1.1 ${status}\r\n${head}\r\n\r\n${status}`)
  socket.destroy(error)
}
