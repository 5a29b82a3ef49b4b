import { access, link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type KeyPair, readSigningKey } from '../auth/signing-key.ts'
import { readKeySet } from '../auth/verifying-keys.ts'
import { CommandError } from './exit.ts'

export const signingKeyFile = 'signing-key.json'
export const keySetFile = 'jwks.json'

/** Whether both files are there. */
export async function holdsKeys(directory: string): Promise<boolean> {
  const files = [signingKeyFile, keySetFile].map((name) => access(join(directory, name)))
  return (await Promise.allSettled(files)).every(({ status }) => status === 'fulfilled')
}

export async function createKeys(directory: string, { signing, verifying }: KeyPair): Promise<void> {
  await creating(directory, async () => {
    await mkdir(directory, { recursive: true })
    // The private key first: a key set without one would only be in the way of the next try.
    await writeNew(join(directory, signingKeyFile), signing, 0o600)
    await writeNew(join(directory, keySetFile), { keys: [verifying] }, 0o644)
  })
}

/** The key set first: a token must not be signed before the service can know its key. */
export async function addKey(directory: string, { signing, verifying }: KeyPair): Promise<void> {
  const keySetPath = join(directory, keySetFile)
  const signingPath = join(directory, signingKeyFile)
  const keys = await readKeys(keySetPath)
  const { kid } = await loadSigningKey(signingPath)
  await creating(directory, async () => {
    await replace(keySetPath, { keys: [...keys, verifying] }, 0o644)
    await link(signingPath, join(directory, `signing-key.${kid}.json`))
    await replace(signingPath, signing, 0o600)
  })
}

export async function loadSigningKey(path: string): Promise<ReturnType<typeof readSigningKey>> {
  return await reading(path, readSigningKey)
}

async function readKeys(path: string): Promise<readonly unknown[]> {
  return await reading(path, (text) => {
    readKeySet(text)
    const { keys }: { readonly keys: readonly unknown[] } = JSON.parse(text)
    return keys
  })
}

async function reading<Result>(path: string, read: (text: string) => Result): Promise<Result> {
  try {
    return read(await readFile(path, 'utf8'))
  } catch (error) {
    throw new CommandError('noInput', `${path} cannot be read as a key: ${reasonOf(error)}`, { cause: error })
  }
}

async function creating(directory: string, create: () => Promise<void>): Promise<void> {
  try {
    await create()
  } catch (error) {
    const isThere = error instanceof Error && 'code' in error && error.code === 'EEXIST'
    const reason = isThere ? 'a key is there already; --add keeps it and adds another' : reasonOf(error)
    throw new CommandError('cannotCreate', `${directory}: ${reason}`, { cause: error })
  }
}

async function writeNew(path: string, value: unknown, mode: number): Promise<void> {
  await writeFile(path, `${JSON.stringify(value, undefined, 2)}\n`, { mode, flag: 'wx', flush: true })
}

/** In one step: whoever reads sees the old content or the new. */
async function replace(path: string, value: unknown, mode: number): Promise<void> {
  const draft = `${path}.new`
  await rm(draft, { force: true })
  await writeNew(draft, value, mode)
  await rename(draft, path)
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
