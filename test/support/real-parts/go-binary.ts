import { execFile } from 'node:child_process'
import { access, constants, mkdir } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { absentPart } from './absent-part.ts'

/** A server's binary that Go builds: the module's version is pinned, and its sum is in Go's public log. */
export interface GoBinary {
  readonly name: string
  readonly package: string
  readonly version: string
}

const run = promisify(execFile)

/** From the user's cache, else built into it. Undefined where it is not to be had; under CI that is an error. */
export async function findGoBinary(binary: GoBinary): Promise<string | undefined> {
  const { name, version } = binary
  const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache')
  const directory = join(cache, 'signals-real-parts', `${name}-${version}`)
  const path = join(directory, name)
  if (await isProgram(path)) return path
  try {
    await mkdir(directory, { recursive: true })
    const env = { ...process.env, GOBIN: directory }
    // Go puts a whole program in its place, also when several test files build it at once.
    await run('go', ['install', `${binary.package}@${version}`], { env, timeout: 600_000 })
    return path
  } catch (error) {
    return absentPart(name, error)
  }
}

async function isProgram(path: string): Promise<boolean> {
  return await access(path, constants.X_OK).then(
    () => true,
    () => false,
  )
}
