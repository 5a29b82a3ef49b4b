import { BSON, MongoInvalidArgumentError, MongoServerError } from 'mongodb'
import { ServiceError } from '../errors.ts'
import { storeError } from '../lib/store-errors.ts'

// https://github.com/mongodb/mongo/blob/r6.0.5/src/mongo/base/error_codes.yml
const duplicateKey = 11000
const ourFault = new Set([
  2, // BadValue
  9, // FailedToParse
  14, // TypeMismatch
  28, // PathNotViable
  52, // DollarPrefixedFieldName
  66, // ImmutableField
  10334, // BSONObjectTooLarge
  duplicateKey,
])

/** Another document with the same unique key is there; nothing was written. */
export function isDuplicate(error: unknown): boolean {
  return error instanceof MongoServerError && error.code === duplicateKey
}

/** Runs what the driver does, and translates what it throws. */
export async function translatingErrors<Result>(run: () => Promise<Result>): Promise<Result> {
  try {
    return await run()
  } catch (error) {
    throw translated(error)
  }
}

function translated(error: unknown): unknown {
  if (error instanceof ServiceError || isMistake(error)) return error
  // Not every error of the driver is a MongoError: its inner time-outs, for one, are not.
  return storeError(isOurFault(error) ? 'STORE_REFUSED' : 'STORE_UNAVAILABLE', withoutSecrets(error))
}

function isMistake(error: unknown): boolean {
  return [TypeError, RangeError, ReferenceError, SyntaxError].some((kind) => error instanceof kind)
}

/** A statement that could never succeed is our fault; whatever else a server or a connection says is the store's state. */
function isOurFault(error: unknown): boolean {
  if (error instanceof MongoServerError) return typeof error.code === 'number' && ourFault.has(error.code)
  return error instanceof BSON.BSONError || error instanceof MongoInvalidArgumentError
}

/** An error's text for the log. Drivers quote connection strings, and those hold passwords. */
export function withoutSecrets(error: unknown): string {
  const { name, message } = error instanceof Error ? error : { name: 'Error', message: String(error) }
  return `${name}: ${message}`.replaceAll(/(mongodb(?:\+srv)?:\/\/)\S*@/g, '$1…@')
}
