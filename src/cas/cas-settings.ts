import { z } from 'zod'

const objectLock = z
  .strictObject({
    mode: z
      .enum(['off', 'governance', 'compliance'])
      .default('off')
      .describe('Lock what is put, but for graph_indexes. The bucket must have been made for it.'),
    days: z.int().min(1).default(90).describe('How long after its last put.'),
  })
  .prefault({})

const s3 = z
  .strictObject({
    endpoint: z
      .url({ protocol: /^https?$/ })
      .optional()
      .describe('Of RustFS, MinIO or the like. AWS when absent. Keys: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY.'),
    bucket: z.string().min(1).optional().describe('It must exist. Demanded by the driver s3.'),
    region: z.string().min(1).default('us-east-1').describe('What requests are signed for.'),
    forcePathStyle: z
      .boolean()
      .optional()
      .describe('The bucket in the path, not in the host name. When absent: if an endpoint is named.'),
    timeoutMs: z
      .int()
      .min(1)
      .default(15_000)
      .describe('How long the server may take to answer, or to go on with a body.'),
    attempts: z.int().min(1).default(3).describe('How often a request is tried, the first time included.'),
    objectLock,
  })
  .prefault({})

/** The section `cas` of the configuration. */
export const casSettings = z
  .strictObject({
    driver: z.enum(['filesystem', 's3']).default('filesystem').describe('Where content-addressed blobs rest.'),
    directory: z.string().min(1).optional().describe('Their directory. cas in the data directory when absent.'),
    s3,
  })
  .refine(({ driver, s3: { bucket } }) => driver !== 's3' || bucket !== undefined, {
    path: ['s3', 'bucket'],
    error: 'the driver s3 needs a bucket',
  })
  .prefault({})
