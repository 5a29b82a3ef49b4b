import { BSON, MongoInvalidArgumentError, MongoNetworkError, MongoServerError } from 'mongodb'
import { expect, test } from 'vitest'
import { translatingErrors, withoutSecrets } from '../../../src/mongo/mongo-errors.ts'
import { openMongo } from '../../../src/mongo/open-mongo.ts'

const codeOf = (error: unknown): Promise<unknown> =>
  translatingErrors(() => Promise.reject(error)).catch((thrown: unknown) => thrown)

test.each([
  ['a broken connection', new MongoNetworkError('connection 1 closed'), 'STORE_UNAVAILABLE'],
  ['a primary that stepped down', new MongoServerError({ code: 10107, errmsg: 'not primary' }), 'STORE_UNAVAILABLE'],
  ['a majority that did not confirm', new MongoServerError({ code: 64, errmsg: 'timed out' }), 'STORE_UNAVAILABLE'],
  ['a malformed query', new MongoServerError({ code: 2, errmsg: 'BadValue' }), 'STORE_REFUSED'],
  ['a document too large', new MongoServerError({ code: 10334, errmsg: 'too large' }), 'STORE_REFUSED'],
  ['an argument that the driver refuses', new MongoInvalidArgumentError('no'), 'STORE_REFUSED'],
  ['a value that BSON does not know', new BSON.BSONError('no'), 'STORE_REFUSED'],
])('%s has one of our codes', async (_name, error, code) => {
  expect(await codeOf(error)).toMatchObject({ code })
})

test('what is not the driver’s is not the store’s fault', async () => {
  const error = new TypeError('ours')
  expect(await codeOf(error)).toBe(error)
})

test.each([
  'mongodb://signals:s3cret@db.example/',
  'mongodb+srv://signals:s3cret@db.example/x',
  'mongodb://signals:s3c/r@et:s3cret@db.example/',
])('an error never quotes a password: %s', (connectionString) => {
  const told = withoutSecrets(new Error(`cannot read ${connectionString}, sorry`))
  expect(told).not.toContain('s3c')
  expect(told).toContain('@db.example/')
})

test.each(['mongodb://signals:s3cret@db example/', 'mongodb://signals:s3cret@', 'mongodb://signals:s3cret@h/?w=%zz'])(
  'a connection string that cannot be used is refused without telling it: %s',
  async (connectionString) => {
    const settings = { connectionString, database: 'x', serverSelectionTimeoutMs: 1, operationTimeoutMs: 1 }
    const error = await openMongo(settings).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: expect.stringMatching(/^STORE_/) })
    expect(inspected(error)).not.toContain('s3cret')
  },
)

/** All that a logger could write of an error. */
function inspected(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return [error.message, error.stack, JSON.stringify(error), error.cause && inspected(error.cause)].join('\n')
}

test('what the driver throws that is no MongoError is the state of the store too, and a mistake of ours is not', async () => {
  for (const message of ['Expired after 1000ms', 'write ECONNRESET']) {
    const failing = translatingErrors(() => Promise.reject(new Error(message)))
    await expect(failing).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
  }
  const mistake = new TypeError('x is not a function')
  await expect(translatingErrors(() => Promise.reject(mistake))).rejects.toBe(mistake)
})
