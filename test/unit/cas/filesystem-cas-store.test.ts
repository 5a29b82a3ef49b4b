import { appendFile, mkdir, mkdtemp, readdir, rm, stat, symlink, truncate, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { CasKey } from '../../../src/cas/cas-store.ts'
import { FilesystemCasStore } from '../../../src/cas/filesystem-cas-store.ts'
import { Staging } from '../../../src/cas/staging.ts'
import { keepsCasStoreContract } from '../../contract/cas-store.ts'
import { tenantOf } from './in-temporary-directory.ts'

keepsCasStoreContract('FilesystemCasStore', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'cas-'))
  return {
    store: new FilesystemCasStore(join(directory, 'cas')),
    staging: await Staging.open(join(directory, 'staging')),
    close: () => rm(directory, { recursive: true }),
  }
})

const key: CasKey = { tenant: tenantOf('acme'), namespace: 'artifacts', key: 'ab/a.zst' }
const lastPut = Date.UTC(2026, 10, 20, 12)

let directory: string
let root: string
let staging: Staging
let store: FilesystemCasStore

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cas-'))
  root = join(directory, 'data/cas')
  staging = await Staging.open(join(directory, 'staging'))
  store = new FilesystemCasStore(root, () => lastPut)
})

afterEach(() => rm(directory, { recursive: true }))

const path = () => join(root, 'acme/artifacts/ab/a.zst')
const put = async (text = 'content') => {
  const blob = await staging.stage(Buffer.from(text), 'zstd')
  try {
    return await store.put(key, blob)
  } finally {
    await blob.discard()
  }
}

test('an object is one file, by tenant, namespace and key, that nobody else can read', async () => {
  await put()
  const stats = await stat(path())
  expect(stats.mode & 0o777).toBe(0o600)
  expect((await stat(join(root, 'acme'))).mode & 0o777).toBe(0o700)
})

test('a put tells the time of the last put, also when the content is there', async () => {
  await put()
  expect((await stat(path())).mtimeMs).toBe(lastPut)
  await utimes(path(), 0, 0)
  expect(await put()).toBe('present')
  expect((await stat(path())).mtimeMs).toBe(lastPut)
})

test('content that is present needs no second file, and leaves none', async () => {
  await put()
  const { ino } = await stat(path())
  await put()
  expect((await stat(path())).ino).toBe(ino)
  expect(await readdir(join(root, 'acme/artifacts/ab'))).toEqual(['a.zst'])
  expect(await readdir(join(directory, 'staging'))).toEqual([])
})

test.each([
  ['cut off', () => truncate(path(), 20)],
  ['emptied', () => truncate(path(), 0)],
  ['added to', () => appendFile(path(), 'x')],
])('a put over a file that was %s is refused, rather than taken for present', async (_, damage) => {
  await put()
  await damage()
  await expect(put()).rejects.toMatchObject({ code: 'CAS_LENGTH_MISMATCH' })
})

test('a put where something else than a file stands is refused', async () => {
  await mkdir(path(), { recursive: true })
  await expect(put()).rejects.toMatchObject({ code: 'CAS_LENGTH_MISMATCH' })
})

test('a put where a link leads nowhere ends', async () => {
  await mkdir(join(root, 'acme/artifacts/ab'), { recursive: true })
  await symlink('nowhere', path())
  await expect(put()).rejects.toMatchObject({ code: 'CAS_UNAVAILABLE' })
})

test('a store whose directory was removed under it heals with the second put', async () => {
  await put()
  await rm(root, { recursive: true })
  await expect(put()).rejects.toMatchObject({ code: 'CAS_UNAVAILABLE' })
  expect(await put()).toBe('stored')
})

test('files that no put could have made are not listed', async () => {
  await put()
  await writeFile(join(root, 'acme/artifacts/ab/.partial'), '')
  await writeFile(join(root, 'acme/artifacts/a b'), '')
  await symlink('a.zst', join(root, 'acme/artifacts/ab/b.zst'))
  expect(await Array.fromAsync(store.list(key.tenant))).toEqual([key])
})

test('a root that cannot be written to is unavailable, never not found', async () => {
  await writeFile(join(directory, 'data'), 'a file where the directory should be')
  await expect(put()).rejects.toMatchObject({ code: 'CAS_UNAVAILABLE', cause: { code: 'ENOTDIR' } })
  await expect(store.check()).rejects.toMatchObject({ code: 'CAS_UNAVAILABLE' })
})

test('a file that cannot be read is unavailable, never not found', async () => {
  await mkdir(join(root, 'acme/artifacts'), { recursive: true })
  await symlink('ab', join(root, 'acme/artifacts/ab'))
  const refusal = { code: 'CAS_UNAVAILABLE', cause: { code: 'ELOOP' } }
  await expect(store.open(key)).rejects.toMatchObject(refusal)
  await expect(store.has(key)).rejects.toMatchObject(refusal)
  await expect(put()).rejects.toMatchObject(refusal)
})

test('checking leaves no file', async () => {
  await store.check()
  expect(await readdir(root)).toEqual([])
})
