import type { JavaMethod, LocatedHit } from '../../evidence/tool-output.ts'
import type { GraphIndex } from '../graph-index.ts'
import { nodeNamed } from './node-named.ts'
import type { Located, PositionTable } from './position-table.ts'

/** The JVM tells class, method and descriptor, which is all that java-callgraph's names say. */
export const javaPositions: PositionTable = {
  tools: ['jfr'],
  locate: (index, output) => (output.tool === 'jfr' ? locateMethods(index, output.functions) : undefined),
}

function locateMethods(index: GraphIndex, methods: readonly JavaMethod[]): Located {
  const hits: LocatedHit[] = []
  let platform = 0
  for (const { className, method, descriptor, hits: count, observedAt } of methods) {
    const name = `${className.replaceAll('/', '.')}:${method}(${parametersOf(descriptor).join(',')})`
    const id = nodeNamed(index, name)
    if (id === undefined && isPlatform(className)) platform += 1
    else hits.push({ symbolId: id ?? name, isNode: id !== undefined, hits: count, observedAt })
  }
  return { hits, platform }
}

/** The classes of the JDK itself; where the graph names one of their methods, that is a node like any other. */
function isPlatform(className: string): boolean {
  return /^(?:java|javax|jdk|sun|com\/sun)\//.test(className.replaceAll('.', '/'))
}

const primitives: Readonly<Record<string, string>> = {
  B: 'byte',
  C: 'char',
  D: 'double',
  F: 'float',
  I: 'int',
  J: 'long',
  S: 'short',
  Z: 'boolean',
}

/** JVMS 4.3.3: `(I[JLjava/lang/String;)V` has `int`, `long[]`, `java.lang.String`. */
export function parametersOf(descriptor: string): string[] {
  const end = descriptor.lastIndexOf(')')
  const parameters = descriptor.slice(1, end === -1 ? undefined : end)
  return [...parameters.matchAll(/(\[*)(?:L([^;]+);|([BCDFIJSZ]))/g)].map(([, dimensions, className, letter]) => {
    const type = className?.replaceAll('/', '.') ?? primitives[letter ?? ''] ?? ''
    return type + '[]'.repeat(dimensions?.length ?? 0)
  })
}
