import { execFile } from 'node:child_process'
import { delimiter, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import type { ComposeService } from './compose-file.ts'

/** Where on this machine is what a compose file names by the names of its networks and volumes. */
export type Places = Readonly<Record<string, string>>

const root = join(import.meta.dirname, '../../..')

export function environmentOf({ environment }: ComposeService, places: Places): Record<string, string> {
  return Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, located(value, places)]))
}

/** What a container of a service that ends by itself would do, done here; resolves to what it prints. */
export async function runToItsEnd(service: ComposeService, places: Places): Promise<string> {
  const [program = '', ...args] = service.command.map((word) => located(word, places))
  // As in the image: the command line is on the path, and the directory is the project's.
  const path = [join(root, 'bin'), dirname(process.execPath), process.env['PATH'] ?? ''].join(delimiter)
  const env = { PATH: path, ...environmentOf(service, places) }
  const { stdout } = await promisify(execFile)(program, args, { cwd: root, env })
  return stdout.trim()
}

function located(text: string, places: Places): string {
  return Object.entries(places).reduce((so, [name, here]) => so.replaceAll(name, here), text)
}
