import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readLockFile, readManifest } from './lock-file.ts'
import { sbomOf } from './sbom.ts'

const root = join(import.meta.dirname, '..')
const [folder = join(root, 'dist')] = process.argv.slice(2)

// By the lock file alone: the same wherever it is written.
const asked = ['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only']
const written = execFileSync('npm', asked, { cwd: root, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 })
mkdirSync(folder, { recursive: true })
writeFileSync(join(folder, 'sbom.cdx.json'), sbomOf(JSON.parse(written), shipped()))

/** What the image installs: it has a Node of its own. */
function shipped(): ReadonlySet<string> {
  const { optionalDependencies } = readManifest(root)
  const packages = readLockFile(root).filter(({ name, dev }) => !dev && !(name in optionalDependencies))
  return new Set(packages.map(({ name, version }) => `${name}@${version}`))
}
