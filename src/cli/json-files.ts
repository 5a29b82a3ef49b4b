import { access, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { CommandError } from './exit.ts'

export async function isThere(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  )
}

export async function readAs<Result>(path: string, read: (text: string) => Result | Promise<Result>): Promise<Result> {
  try {
    return await read(await readFile(path, 'utf8'))
  } catch (error) {
    throw new CommandError('noInput', `${path} cannot be read: ${reasonOf(error)}`, { cause: error })
  }
}

/** Says in our words why something could not be written below a directory. */
export async function creating(directory: string, create: () => Promise<void>): Promise<void> {
  try {
    await create()
  } catch (error) {
    throw new CommandError('cannotCreate', `${directory}: ${reasonOf(error)}`, { cause: error })
  }
}

export async function writeNewJson(path: string, value: unknown, mode: number): Promise<void> {
  await writeFile(path, `${JSON.stringify(value, undefined, 2)}\n`, { mode, flag: 'wx', flush: true })
}

/** In one step: whoever reads sees the old content or the new. */
export async function replaceJson(path: string, value: unknown, mode: number): Promise<void> {
  const draft = `${path}.new`
  await rm(draft, { force: true })
  await writeNewJson(draft, value, mode)
  await rename(draft, path)
}

function reasonOf(error: unknown): string {
  if (error instanceof Error && 'code' in error && error.code === 'EEXIST') {
    return 'a key is there already, and none is overwritten; --add keeps it and adds another'
  }
  return error instanceof Error ? error.message : String(error)
}
