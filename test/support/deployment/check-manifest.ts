import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js'
import { z } from 'zod'
import type { Manifest } from './kubernetes-manifests.ts'

const Definitions = z.looseObject({
  $id: z.string(),
  $defs: z.record(
    z.string(),
    z.looseObject({
      'x-kubernetes-group-version-kind': z
        .array(z.object({ group: z.string(), version: z.string(), kind: z.string() }))
        .default([]),
    }),
  ),
})

/** What the cluster's own schemas say against a manifest, place by place. */
export function manifestChecker(schemas: string): (manifest: Manifest) => string[] {
  const definitions = Definitions.parse(JSON.parse(schemas))
  const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true })
  ajv.addSchema(definitions)
  return (manifest) => {
    const name = definitionOf(definitions, manifest)
    if (name === undefined) return [`no cluster has a ${manifest.kind} of ${manifest.apiVersion}`]
    const validate = ajv.getSchema(`${definitions.$id}#/$defs/${name}`)
    if (validate === undefined) throw new Error(`${name} is not to be found`)
    return validate(manifest) === true ? [] : (validate.errors ?? []).map(problemOf)
  }
}

function definitionOf({ $defs }: z.output<typeof Definitions>, { apiVersion, kind }: Manifest): string | undefined {
  const [version = '', group = ''] = apiVersion.split('/').reverse()
  const [name] =
    Object.entries($defs).find(([, definition]) =>
      definition['x-kubernetes-group-version-kind'].some(
        (own) => own.group === group && own.version === version && own.kind === kind,
      ),
    ) ?? []
  return name
}

function problemOf({ instancePath, message = '', params }: ErrorObject): string {
  return `${instancePath}: ${message} ${JSON.stringify(params)}`
}
