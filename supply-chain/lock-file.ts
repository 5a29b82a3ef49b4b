import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'

const Versions = z.record(z.string(), z.string()).default({})

/** What a package asks for, by the sections that npm knows. */
const Demands = z.object({
  dependencies: Versions,
  devDependencies: Versions,
  optionalDependencies: Versions,
})

const Manifest = Demands.extend({
  overrides: z.record(z.string(), z.union([z.string(), z.record(z.string(), z.string())])).default({}),
})

const LockedPackage = Demands.extend({
  version: z.string().default(''),
  integrity: z.string().optional(),
  resolved: z.string().optional(),
  license: z.string().optional(),
  link: z.boolean().default(false),
  dev: z.boolean().default(false),
  hasInstallScript: z.boolean().default(false),
})

const LockFile = z.object({ packages: z.record(z.string(), LockedPackage) })

/** `package.json`, as far as it says where code comes from. */
export type Manifest = z.output<typeof Manifest>

/** One package that `npm ci` installs. */
export interface Locked extends z.output<typeof LockedPackage> {
  readonly name: string
  /** Below which other packages it stands, as npm writes it. */
  readonly path: string
}

export function readManifest(root: string): Manifest {
  return Manifest.parse(jsonOf(root, 'package.json'))
}

/** Everything that is installed, in the order of the file. */
export function readLockFile(root: string): Locked[] {
  const { packages } = LockFile.parse(jsonOf(root, 'package-lock.json'))
  return Object.entries(packages)
    .filter(([path]) => path !== '')
    .map(([path, locked]) => ({ ...locked, path, name: path.slice(path.lastIndexOf('node_modules/') + 13) }))
}

function jsonOf(root: string, file: string): unknown {
  return JSON.parse(readFileSync(join(root, file), 'utf8'))
}
