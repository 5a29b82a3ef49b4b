import { javaEntryPoints } from '../entry-points.ts'
import type { GraphBuilder } from '../graph-builder.ts'
import { javaNameParts } from '../symbol-parts.ts'
import type { GraphFormat } from './format.ts'
import { readTextLines } from './read-text.ts'

/** `gousiosg/java-callgraph`: `M:` lines are calls; `C:` lines, references between classes, make no edges. */
export const javaCallgraph: GraphFormat = {
  name: 'java-callgraph',
  recognises: ({ shape, firstLine }) => shape === 'text' && (isClassLine(firstLine) || callOf(firstLine) !== undefined),
  read,
  infer: javaEntryPoints,
  partsOf: javaNameParts,
}

async function read(chunks: AsyncIterable<Buffer>, builder: GraphBuilder): Promise<void> {
  await readTextLines(chunks, (line) => {
    if (isClassLine(line)) return true
    const call = callOf(line)
    if (call) builder.addEdge(call)
    return call !== undefined
  })
}

function isClassLine(line: string): boolean {
  return /^C:\S+ \S+\s*$/.test(line)
}

/** `M:class:method(args) (T)class:method(args)`, T being one of M, I, O, S, D. */
function callOf(line: string) {
  const text = line.trimEnd()
  // Searched from the end: a Kotlin method may have blanks in its name, and a regular expression would go back and forth.
  const separator = text.lastIndexOf(') (')
  const from = text.slice('M:'.length, separator + 1)
  const letter = text.slice(separator + 3, separator + 5)
  const to = text.slice(separator + 5)
  if (!text.startsWith('M:') || separator === -1 || !/^[MIOSD]\)$/.test(letter)) return undefined
  return isMethod(from) && isMethod(to) ? { from, to, evidence: [letter.slice(0, 1)] } : undefined
}

function isMethod(name: string): boolean {
  return name.indexOf(':') > 0 && name.endsWith(')')
}
