import { invalidValue } from '../callgraph-errors.ts'
import type { RawNode } from '../raw-graph.ts'
import { type FastenName, javaMethodName, pythonFunctionName } from './fasten-names.ts'
import * as member from './json-members.ts'

/** Where a language's functions stand: by type or module, in groups; the oldest files have no groups. */
export interface FastenTables {
  readonly groups: readonly string[]
  readonly list: 'methods' | 'namespaces'
  readonly name: 'uri' | 'namespace'
  readonly partsOf: (id: string) => FastenName
}

export const fastenTables: ReadonlyMap<string, FastenTables> = new Map([
  [
    'cha',
    {
      groups: ['internalTypes', 'externalTypes', 'resolvedTypes'],
      list: 'methods',
      name: 'uri',
      partsOf: javaMethodName,
    },
  ],
  ['modules', { groups: ['internal', 'external'], list: 'namespaces', name: 'namespace', partsOf: pythonFunctionName }],
])

export interface NumberedNode {
  readonly number: string
  readonly node: RawNode
}

/** The functions of one type or module, also those that no call names. */
export function* tableNodes(tables: FastenTables, table: member.JsonObject): Generator<NumberedNode> {
  const list = table[tables.list] ?? {}
  const file = member.textMember(table, 'sourceFile')
  for (const [number, entry] of Object.entries(member.objectOf(list, `/${tables.list}`))) {
    const pointer = `/${tables.list}/${number}`
    const id = nameOf(tables, entry, pointer)
    yield { number, node: { id, file, ...tables.partsOf(id), ...metadataOf(entry) } }
  }
}

function nameOf(tables: FastenTables, entry: unknown, pointer: string): string {
  if (typeof entry === 'string') return entry
  const name = member.objectOf(entry, pointer)[tables.name]
  if (typeof name === 'string') return name
  throw invalidValue('ID_MISSING', `${tables.name} must be a string`, `${pointer}/${tables.name}`)
}

/** Empty for external functions, and no more than description: what does not fit is left out. */
function metadataOf(entry: unknown): Pick<RawNode, 'line' | 'visibility'> {
  const metadata = member.isJsonObject(entry) ? entry['metadata'] : undefined
  if (!member.isJsonObject(metadata)) return {}
  const { first, access } = metadata
  return {
    ...(typeof first === 'number' && Number.isSafeInteger(first) && first > 0 && { line: first }),
    ...(typeof access === 'string' && { visibility: access }),
  }
}
