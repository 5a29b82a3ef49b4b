import type { MadeRequest } from './make-request.ts'
import type { Memory } from './memory.ts'
import { parsedJson } from './parsed-json.ts'
import type { Answer } from './send-request.ts'

const largestRemembered = 300_000

/** What an accepted request and its answer named: the next requests of the tenant may name it too. */
export function rememberAnswer(memory: Memory, { tenant, drawn, headers, said }: MadeRequest, answer: Answer): void {
  if (tenant === undefined || answer.status >= 300 || answer.body.length > largestRemembered) return
  const { etag, 'content-type': type } = answer.headers
  if (etag !== undefined) memory.remember(tenant, 'etag', etag)
  for (const [name, value] of headers) if (name === 'idempotency-key') memory.remember(tenant, 'idempotencyKey', value)
  if (type?.startsWith('application/json')) memory.rememberAll(tenant, parsedJson(answer.body.toString()))
  if (drawn.operation === 'getReplayBundle') memory.remember(tenant, 'replayBundle', answer.body.toString('base64'))
  if (drawn.body) for (const name of namesIn(said)) memory.remember(tenant, 'symbol', name)
}

/** Names of nodes and symbols, wherever they stand: bodies are documents, lines, and documents within documents. */
function namesIn(said: string): string[] {
  return [...said.matchAll(/"(?:id|symbolId|symbol_id|from|to)":"((?:[^"\\]|\\.){1,200})"/g)].flatMap(([, text]) => {
    const name = parsedJson(`"${text}"`)
    return typeof name === 'string' ? [name] : []
  })
}
