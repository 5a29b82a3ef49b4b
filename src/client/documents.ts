import type { z } from 'zod'
import type * as facts from '../facts/fact-documents.ts'
import type * as versions from '../facts/version-documents.ts'

/** What routes answer, as their own schemas have it; nothing of the service is loaded for a type. */
export type FactDocument = z.infer<typeof facts.FactDocument>
export type FactDiff = z.infer<typeof versions.FactDiffDocument>
export type { ExplainAnswer, QueryAnswer } from '../facts/question-documents.ts'
