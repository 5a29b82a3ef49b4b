import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach } from 'vitest'
import { Content } from '../../../src/cas/content.ts'
import { FilesystemCasStore } from '../../../src/cas/filesystem-cas-store.ts'
import { Staging } from '../../../src/cas/staging.ts'
import { isTenant, type Tenant } from '../../../src/identifiers/tenant.ts'

export interface TemporaryContent {
  directory: string
  staging: Staging
  store: FilesystemCasStore
  content: Content
  /** The names of the files that are staged at the moment. */
  staged: () => Promise<string[]>
}

/** Opens a store, with its staging, in a directory of its own for each test of the file. */
export function inTemporaryDirectory(): () => TemporaryContent {
  let current: TemporaryContent
  beforeEach(async () => {
    const directory = await mkdtemp(join(tmpdir(), 'cas-'))
    const staging = await Staging.open(join(directory, 'staging'))
    const store = new FilesystemCasStore(join(directory, 'cas'))
    const staged = () => readdir(join(directory, 'staging'))
    current = { directory, staging, store, content: new Content(store, staging), staged }
  })
  afterEach(() => rm(current.directory, { recursive: true, force: true }))
  return () => current
}

export function tenantOf(text: string): Tenant {
  if (!isTenant(text)) throw new TypeError(`${text} is not a tenant`)
  return text
}
