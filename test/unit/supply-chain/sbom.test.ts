import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { readLockFile, readManifest } from '../../../supply-chain/lock-file.ts'
import { sbomOf } from '../../../supply-chain/sbom.ts'
import { temporaryDirectory } from '../../support/service-process.ts'

const root = resolve(import.meta.dirname, '../../..')
const shipped = new Set(['a@1'])

function written(changed: { folder?: string; time?: string; version?: string } = {}): unknown {
  const { folder = 'signals', time = '2026-11-20T12:00:00Z', version = '1.0.0' } = changed
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.5',
    serialNumber: `urn:uuid:${crypto.randomUUID()}`,
    metadata: { timestamp: time, component: { 'bom-ref': 'signals@0.1.0', name: folder, type: 'library' } },
    components: [{ 'bom-ref': 'a@1', version }, { 'bom-ref': 'tool@1' }],
    dependencies: [
      { ref: 'signals@0.1.0', dependsOn: ['a@1', 'tool@1'] },
      { ref: 'a@1', dependsOn: [] },
      { ref: 'tool@1', dependsOn: ['a@1'] },
    ],
  }
}

test('is the same for the same packages, whenever and wherever it is written', () => {
  const one = sbomOf(written(), shipped)
  expect(sbomOf(written({ folder: 'elsewhere', time: '2027-01-01T00:00:00Z' }), shipped)).toBe(one)
  expect(JSON.parse(one)).toMatchObject({
    serialNumber: expect.stringMatching(/^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/),
    metadata: { component: { name: 'signals', type: 'application' } },
  })
})

test('knows nothing of what is only built with', () => {
  expect(sbomOf(written(), shipped)).not.toContain('tool')
  expect(sbomOf(written(), new Set(['a@1', 'tool@1']))).toContain('tool')
})

test('has another number for other packages', () => {
  const numberOf = (document: unknown): unknown => JSON.parse(sbomOf(document, shipped)).serialNumber
  expect(numberOf(written({ version: '1.0.1' }))).not.toBe(numberOf(written()))
})

test('a document of another kind is none', () => {
  expect(() => sbomOf({ spdxVersion: 'SPDX-2.3' }, shipped)).toThrow()
})

test('as it is written for the image, it names every package that runs there, with its digest, and none of the others', async () => {
  await using folder = await temporaryDirectory()
  execFileSync(process.execPath, [join(root, 'supply-chain/write-sbom.ts'), folder.path])
  const { components } = JSON.parse(readFileSync(join(folder.path, 'sbom.cdx.json'), 'utf8')) as {
    components: { purl: string; hashes: object[] }[]
  }
  const optional = Object.keys(readManifest(root).optionalDependencies)
  const installed = readLockFile(root).filter(({ dev, name }) => !dev && !optional.includes(name))
  const named = installed.map(({ name, version }) => `pkg:npm/${name.replace('@', '%40')}@${version}`)
  expect(components.map(({ purl }) => purl).sort()).toEqual([...new Set(named)].sort())
  expect(components.filter(({ hashes }) => hashes.length === 0)).toEqual([])
})
