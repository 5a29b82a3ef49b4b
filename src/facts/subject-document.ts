import { z } from 'zod'

const part = z.string().max(4096).optional()

/** A subject as posts name it; which members make its key is `identifySubject`'s business. */
export const SubjectMembers = z
  .strictObject({ scanId: part, imageDigest: part, component: part, version: part })
  .describe('scanId, imageDigest, or component and version; the first of them is the key')
