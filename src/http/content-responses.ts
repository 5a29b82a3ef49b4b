import { z } from 'zod'

/** Anything that is no JSON, as the document has it: the handler sends its bytes as they are. */
const Bytes = z.string()

/** Of a route whose handler sends what it made as it is: by status. */
export type ContentResponses = Readonly<Record<number, z.ZodType | ReturnType<typeof contentResponse>>>

/** A response that is not, or not only, plain JSON: schemas by media type, where there is one. */
export function contentResponse(types: Readonly<Record<string, z.ZodType | undefined>>, description = 'OK') {
  const content = Object.entries(types).map(([type, schema]) => [type, { schema: schema ?? Bytes }] as const)
  return { description, content: Object.fromEntries(content) }
}
