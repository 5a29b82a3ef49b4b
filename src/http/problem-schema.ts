import { z } from 'zod'
import type { ProblemTable } from '../errors.ts'

const ViolationSchema = z.object({
  code: z.string(),
  message: z.string(),
  pointer: z.string().optional().describe('RFC 6901, into the body or the query'),
  line: z.int().optional().describe('1-based physical line'),
  byteOffset: z.int().optional().describe('counts inflated bytes from 0'),
  count: z.int().optional().describe('how many like it there are'),
})

/** RFC 9457 as clients read it; `code` is the closed set of the joined table. */
export function problemSchema(problems: ProblemTable) {
  return z
    .looseObject({
      type: z.string(),
      title: z.string(),
      status: z.int(),
      detail: z.string(),
      instance: z.string(),
      code: z.enum(Object.keys(problems).sort()),
      error: z.string().describe('equals detail'),
      correlationId: z.string(),
      errors: z.array(ViolationSchema).optional(),
    })
    .describe('RFC 9457 problem document')
}
