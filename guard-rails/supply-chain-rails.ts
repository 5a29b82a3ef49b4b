import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { licenceFaults, licencesPage } from '../supply-chain/licences.ts'
import { readLockFile, readManifest } from '../supply-chain/lock-file.ts'
import { floatingVersions, lockFaults, nodeFaults, npmrcFaults } from '../supply-chain/lock-file-faults.ts'
import type { Rail } from './rail.ts'

export const lockFileRail: Rail = {
  name: 'lock file',
  guards: 'what is installed is exactly what was looked at, from one registry, and runs nothing while it is installed',
  mend: 'add packages with `npm install --save-exact`, by a registry without addresses in the lock file; read an install script before it is named in supply-chain/lock-file-faults.ts',
  look: async (root) => {
    const manifest = readManifest(root)
    return [
      ...floatingVersions(manifest),
      ...lockFaults(readLockFile(root)),
      ...nodeFaults(manifest, await readFile(join(root, 'Dockerfile'), 'utf8')),
      ...npmrcFaults(await readFile(join(root, '.npmrc'), 'utf8')),
    ]
  },
}

export const licenceRail: Rail = {
  name: 'licences',
  guards: 'everything that is shipped may be, and its list is the one in the documents',
  mend: 'use another package, or agree to the licence in supply-chain/licences.ts; `npm run reference` writes the list',
  look: async (root) => {
    const packages = readLockFile(root)
    const listed = await readFile(join(root, 'docs/licences.md'), 'utf8')
    const isCurrent = listed === licencesPage(packages)
    return [...licenceFaults(packages), ...(isCurrent ? [] : ['docs/licences.md is not what the lock file says'])]
  },
}
