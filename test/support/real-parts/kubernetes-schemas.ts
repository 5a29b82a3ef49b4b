import { access, readFile } from 'node:fs/promises'
import { absentPart } from './absent-part.ts'
import { cachedPath, fetchMember } from './wheel.ts'

/** JSON schemas of everything that a cluster of this version takes, which refuse members that it does not know. */
export const kubernetesSchemas = await findSchemas('1.37.0')

async function findSchemas(version: string): Promise<string | undefined> {
  const schemas = {
    name: `kubernetes-${version}.json`,
    requirement: 'kubernetes-validate==1.37.0',
    sha256: '85136d018a27b50ec7fc049d902bfa5193f5976807e6c0f408e3ab6fe078cad9',
    tags: [],
    member: `kubernetes_validate/kubernetes-json-schema/v${version}-local-strict/_definitions.json`,
  }
  const path = cachedPath(schemas)
  const isThere = await access(path).then(
    () => true,
    () => false,
  )
  try {
    return await readFile(isThere ? path : await fetchMember(schemas), 'utf8')
  } catch (error) {
    return absentPart('the schemas of Kubernetes', error)
  }
}
