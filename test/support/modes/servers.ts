import type { S3Options } from '../../../src/cas/s3-client.ts'

/** What the servers of a run are reached by; undefined where no mode of the run needs one. Plain data: it crosses to the test processes. */
export interface Servers {
  readonly mongo?: { readonly connectionString: string }
  readonly redis?: { readonly url: string }
  readonly s3?: Pick<S3Options, 'region'> & { readonly endpoint: string }
}
