import { S3ServiceException } from '@aws-sdk/client-s3'

/**
 * What a server's answer means to us, by its code and never by its status alone: a bucket that is not there is a 404 too, and
 * no absence.
 */
export type S3Failure = 'absent' | 'exists' | 'conflict' | 'no-upload' | 'empty' | 'other'

const meanings: Readonly<Record<string, S3Failure>> = {
  NoSuchKey: 'absent',
  PreconditionFailed: 'exists',
  // Another conditional write of the key has not ended yet.
  ConditionalRequestConflict: 'conflict',
  OperationAborted: 'conflict',
  NoSuchUpload: 'no-upload',
  // No range of an empty object can be given.
  InvalidRange: 'empty',
}

export function s3FailureOf(error: unknown): S3Failure {
  if (!(error instanceof S3ServiceException) || !Object.hasOwn(meanings, error.name)) return 'other'
  return meanings[error.name] ?? 'other'
}
