import { link, mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type KeyPair, readSigningKey, type SigningKey, verifyingKeyOf } from '../auth/signing-key.ts'
import { readPublishedKeys } from '../auth/verifying-keys.ts'
import { CommandError } from './exit.ts'
import { creating, isThere, readAs, replaceJson, writeNewJson } from './json-files.ts'

export const signingKeyFile = 'signing-key.json'
export const keySetFile = 'jwks.json'

const secret = 0o600
const readable = 0o644

export async function createKeys(directory: string, { signing, verifying }: KeyPair): Promise<void> {
  await creating(directory, async () => {
    await mkdir(directory, { recursive: true })
    await writeNewJson(join(directory, signingKeyFile), signing, secret)
    await writeNewJson(join(directory, keySetFile), { keys: [verifying] }, readable)
  })
}

/** Whether there is a key. A key set that is missing beside it (a crash between the two) is made. */
export async function completeKeys(directory: string): Promise<boolean> {
  const signingPath = join(directory, signingKeyFile)
  const keySetPath = join(directory, keySetFile)
  if (!(await isThere(signingPath))) return false
  if (await isThere(keySetPath)) return true
  const verifying = verifyingKeyOf(await loadSigningKey(signingPath))
  await creating(directory, () => writeNewJson(keySetPath, { keys: [verifying] }, readable))
  return true
}

/** The key set first: a token must not be signed before the service can know its key. */
export async function addKey(directory: string, { signing, verifying }: KeyPair): Promise<void> {
  const keySetPath = join(directory, keySetFile)
  const signingPath = join(directory, signingKeyFile)
  const keys = await readAs(keySetPath, readPublishedKeys)
  const { kid } = await loadSigningKey(signingPath)
  await creating(directory, async () => {
    await replaceJson(keySetPath, { keys: [...keys, verifying] }, readable)
    await link(signingPath, restingPath(directory, kid))
    await replaceJson(signingPath, signing, secret)
  })
}

/** The key set first here too: what counts is that its tokens are refused. */
export async function removeKey(directory: string, kid: string): Promise<void> {
  const keySetPath = join(directory, keySetFile)
  const keys = await readAs(keySetPath, readPublishedKeys)
  const { kid: current } = await loadSigningKey(join(directory, signingKeyFile))
  if (kid === current) throw new CommandError('failed', `${kid} signs now: add another key first`)
  const others = keys.filter((key) => key.kid !== kid)
  if (others.length === keys.length) throw new CommandError('noInput', `${keySetPath} has no key ${kid}`)
  await creating(directory, async () => {
    await replaceJson(keySetPath, { keys: others }, readable)
    await rm(restingPath(directory, kid), { force: true })
  })
}

export async function loadSigningKey(path: string): Promise<SigningKey> {
  return await readAs(path, readSigningKey)
}

/** A thumbprint is a file name; the name of a foreign key need not be one. */
function restingPath(directory: string, kid: string): string {
  return join(directory, `signing-key.${encodeURIComponent(kid)}.json`)
}
