import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { composeFiles, readComposeFile, serviceOf } from '../support/deployment/compose-file.ts'
import { variablesOfSample, variablesOfSchema } from '../support/deployment/known-variables.ts'
import { manifestDirectory, manifestFiles } from '../support/deployment/kubernetes-manifests.ts'

const root = join(import.meta.dirname, '../..')

const texts = [
  ...['Dockerfile', ...composeFiles].map((file) => ({ file, path: join(root, file) })),
  ...manifestFiles.map((file) => ({ file: `etc/kubernetes/${file}`, path: join(manifestDirectory, file) })),
].map(({ file, path }) => ({ file, variables: readFileSync(path, 'utf8').match(/SIGNALS__\w+/g) ?? [] }))

test.each(texts.filter(({ variables }) => variables.length > 0))(
  '$file names only variables that the service reads and the sample explains',
  ({ variables }) => {
    const [ofSchema, ofSample] = [variablesOfSchema(), variablesOfSample()]
    expect(variables.filter((name) => !ofSchema.has(name))).toEqual([])
    expect(variables.filter((name) => !ofSample.has(name))).toEqual([])
  },
)

test('a container keeps its data where the image has a place for it', () => {
  const image = /SIGNALS__DATA_DIRECTORY=(\S+)/.exec(readFileSync(join(root, 'Dockerfile'), 'utf8'))?.[1]
  const configMap = readFileSync(join(manifestDirectory, 'config-map.yaml'), 'utf8')
  expect(configMap).toContain(`SIGNALS__DATA_DIRECTORY: ${image}\n`)
  for (const file of composeFiles) {
    expect(serviceOf(readComposeFile(file), 'signals').volumes).toContain(`signals-data:${image}`)
  }
})

test('the variables are more than a few, so that none of this is true of nothing', () => {
  expect(texts.flatMap(({ variables }) => variables).length).toBeGreaterThan(40)
})
