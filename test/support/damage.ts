import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'

/** The one file of a namespace, or the first whose name ends so. */
export async function fileOf(cas: string, namespace: string, ending = ''): Promise<string> {
  const directory = join(cas, 'default', namespace)
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  const names = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name))
  const found = names.sort().find((name) => name.endsWith(ending))
  if (found === undefined) throw new Error(`${directory} has no file that ends in ${ending}`)
  return found
}

/** Flips one bit in the middle of a file, so that its length stays. */
export async function flipByte(path: string): Promise<void> {
  const bytes = await readFile(path)
  const middle = Math.floor(bytes.byteLength / 3)
  bytes.writeUInt8((bytes[middle] ?? 0) ^ 1, middle)
  await writeFile(path, bytes)
}

/** As a process leaves it that died while it wrote. */
export async function leaveHalfWritten(staging: string): Promise<string> {
  const child = spawn(process.execPath, ['--version'], { stdio: 'ignore' })
  await once(child, 'exit')
  const name = `${hostname().replaceAll(/[^A-Za-z0-9-]/g, '-')}.${child.pid}.${randomUUID()}`
  await writeFile(join(staging, name), 'half of')
  return name
}
