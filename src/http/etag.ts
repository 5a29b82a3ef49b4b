import type { FastifyReply, FastifyRequest } from 'fastify'

/** Sets the strong `ETag` and says whether the client has that representation already: then answer 304 without a body. */
export function isNotModified(request: FastifyRequest, reply: FastifyReply, etag: string): boolean {
  reply.header('etag', `"${etag}"`)
  return matchesAny(request.headers['if-none-match'], etag)
}

/** Weak comparison, as RFC 9110, 13.1.2 has it for If-None-Match. */
export function matchesAny(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false
  if (ifNoneMatch.trim() === '*') return true
  const listed = ifNoneMatch.matchAll(/(?:W\/)?"([\x21\x23-\x7e\x80-\xff]*)"/g)
  return [...listed].some(([, opaque]) => opaque === etag)
}
