import type { JsonEvent, JsonSplitterOptions } from './json-piece.ts'
import { JsonScanner } from './json-scanner.ts'

/**
 * Finds where values begin and end in a stream of JSON, so that memory holds the largest piece and never the document.
 * Only the opened containers are checked here; a piece proves itself when its reader parses it.
 */
export async function* splitJson(
  chunks: AsyncIterable<Buffer>,
  options: JsonSplitterOptions,
): AsyncGenerator<JsonEvent[]> {
  const scanner = new JsonScanner(options)
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length; ) {
      at = scanner.advance(chunk, at)
      const events = scanner.takeEvents()
      if (events.length > 0) yield events
    }
  }
  const events = scanner.finish()
  if (events.length > 0) yield events
}
