import { z } from 'zod'

/** The section `airGap` of the configuration. */
export const airGapSettings = z
  .strictObject({
    sealedMode: z
      .strictObject({
        enforcementEnabled: z
          .boolean()
          .default(false)
          .describe('Every route below /signals answers only while fresh evidence says that the air gap is healthy.'),
        evidencePath: z
          .string()
          .min(1)
          .optional()
          .describe('The evidence, a JSON file that is read again every 10 s. Needed when it is enforced.'),
        maxEvidenceAgeMs: z.int().min(1).default(3_600_000).describe('How old evidence may be.'),
      })
      .superRefine(({ enforcementEnabled, evidencePath }, context) => {
        if (!enforcementEnabled || evidencePath !== undefined) return
        context.addIssue({ code: 'custom', path: ['evidencePath'], message: 'enforcement needs it' })
      })
      .prefault({}),
  })
  .prefault({})
