import type { GraphBuilder } from '../graph-builder.ts'
import type { RawNode } from '../raw-graph.ts'
import { rootStripper } from '../source-root.ts'
import { EnclosingRanges } from './enclosing-ranges.ts'
import { GrowingColumn } from './growing-column.ts'

/** A function as a target tells it, or a call as a source does: undefined places mean native. */
export interface JsPlace {
  readonly label: string
  readonly file: string
  readonly at: JsPosition | undefined
}

export interface JsPosition {
  readonly row: number
  readonly column: number
  readonly start: number
  readonly end: number
}

/** A target: where it stands in its file, by row and column and by UTF-16 offsets. Natives stand nowhere. */
export interface JsFunction extends RawNode {
  readonly label: string
  readonly column: number
  readonly start: number
  readonly end: number
}

/** A call in a function that nothing calls, so that its own place is printed nowhere. */
export interface CallOfUnplaced {
  readonly id: string
  readonly file: string
  readonly start: number
  readonly end: number
}

export interface JsPlaces {
  readonly files: ReadonlySet<string>
  readonly functions: readonly JsFunction[]
  readonly callsOfUnplaced: readonly CallOfUnplaced[]
}

interface FilesAndFunctions {
  readonly files: ReadonlyMap<string, string>
  readonly functions: readonly JsFunction[]
}

/** A call's place, and the function that it is in. */
interface JsSource {
  readonly source: JsPlace
  readonly file: string
  readonly from: RawNode
  readonly evidence: readonly string[] | undefined
}

interface JsEdge extends JsSource {
  readonly to: RawNode
}

const nowhere: JsPosition = { row: 0, column: 0, start: 0xffffffff, end: 0xffffffff }

/**
 * Calls of js-callgraph, kept small until all are known: a source tells the place of the call, so its function can only be
 * found among the ranges of all targets. Source: contracts, 3 and its small print.
 */
export class JsCalls {
  readonly #texts = new Map<string, number>()
  readonly #targets = new Map<string, { readonly number: number; readonly place: JsPlace }>()
  /** Of each call. */
  readonly #source = new GrowingColumn()
  readonly #target = new GrowingColumn()
  /** Of each source. */
  readonly #file = new GrowingColumn()
  readonly #label = new GrowingColumn()
  readonly #row = new GrowingColumn()
  readonly #column = new GrowingColumn()
  readonly #start = new GrowingColumn()
  readonly #end = new GrowingColumn()

  add(source: JsPlace, target: JsPlace): void {
    this.addBetween(this.sourceNumber(source), this.targetNumber(target))
  }

  /** A call of which both ends were given a number. */
  addBetween(source: number, target: number): void {
    this.#source.push(source)
    this.#target.push(target)
  }

  /** Another one each time. */
  sourceNumber({ file, label, at }: JsPlace): number {
    const { row, column, start, end } = at ?? nowhere
    this.#file.push(numberIn(this.#texts, file))
    this.#label.push(numberIn(this.#texts, label))
    this.#row.push(row)
    this.#column.push(column)
    this.#start.push(start)
    this.#end.push(end)
    return this.#file.length - 1
  }

  /** Gives each call its caller, and tells the graph. */
  tell(builder: GraphBuilder, root: string | undefined): void {
    const nodes = new Map<string, RawNode>()
    const numbers = new Map<RawNode, number>()
    const numberOf = (node: RawNode, pointer: string) => {
      const number = numbers.get(node) ?? builder.mentionNode(node.id, pointer)
      if (numbers.size < numbers.set(node, number).size && !nodes.has(node.id)) nodes.set(node.id, node)
      return number
    }
    for (const { from, to, evidence } of this.#edges(this.#filesAndFunctions(root))) {
      builder.requireRoomForEdge()
      builder.addEdgeBetween(numberOf(from, '/from'), numberOf(to, '/to'), { evidence })
    }
    for (const { id, name, namespace, file, line } of nodes.values()) {
      builder.addNode({ id, name, namespace, file, line })
    }
  }

  /** What the graph does not keep of places, under the names that it gives. */
  places(root: string | undefined): JsPlaces {
    const known = this.#filesAndFunctions(root)
    const functions = known.functions.filter(({ file }) => file !== undefined)
    const callsOfUnplaced: CallOfUnplaced[] = []
    for (const { source, file, from } of this.#edges(known)) {
      if (!source.at || from.line !== undefined) continue
      callsOfUnplaced.push({ id: from.id, file, start: source.at.start, end: source.at.end })
    }
    return { files: new Set(known.files.values()), functions, callsOfUnplaced }
  }

  *#edges({ files, functions }: FilesAndFunctions): Generator<JsEdge> {
    const texts = [...this.#texts.keys()]
    const ranges = rangesByFile(functions)
    const placed: JsSource[] = []
    for (let call = 0; call < this.#target.length; call += 1) {
      const number = this.#source.at(call)
      const source = placed[number] ?? sourceIn(this.#sourceAt(number, texts), files, ranges)
      placed[number] = source
      yield { ...source, to: functions[this.#target.at(call)] ?? source.from }
    }
  }

  #filesAndFunctions(root: string | undefined): FilesAndFunctions {
    const files = this.#strippedFiles(root)
    return { files, functions: [...this.#targets.values()].map(({ place }) => functionOf(place, files)) }
  }

  #sourceAt(number: number, texts: readonly string[]): JsPlace {
    const start = this.#start.at(number)
    const position = { row: this.#row.at(number), column: this.#column.at(number), start, end: this.#end.at(number) }
    return {
      file: texts[this.#file.at(number)] ?? '',
      label: texts[this.#label.at(number)] ?? '',
      at: start === nowhere.start ? undefined : position,
    }
  }

  /** The same for places that say the same. */
  targetNumber(place: JsPlace): number {
    const { row, column, start, end } = place.at ?? nowhere
    const key = JSON.stringify([place.file, place.label, row, column, start, end])
    const known = this.#targets.get(key)
    if (known) return known.number
    const number = this.#targets.size
    this.#targets.set(key, { number, place })
    return number
  }

  #strippedFiles(root: string | undefined): Map<string, string> {
    const names = new Set<string>()
    for (const { place } of this.#targets.values()) names.add(place.file)
    const texts = [...this.#texts.keys()]
    for (let source = 0; source < this.#file.length; source += 1) names.add(texts[this.#file.at(source)] ?? '')
    const strip = rootStripper(names, root)
    return new Map([...names].map((file) => [file, strip(file)]))
  }
}

function sourceIn(
  source: JsPlace,
  files: ReadonlyMap<string, string>,
  ranges: ReadonlyMap<string, EnclosingRanges<JsFunction>>,
): JsSource {
  const file = files.get(source.file) ?? source.file
  const evidence = source.at && [`${file}@${source.at.row}:${source.at.column}`]
  return { source, file, evidence, from: callerOf(source, file, ranges.get(file)) }
}

function functionOf({ file, label, at }: JsPlace, files: ReadonlyMap<string, string>): JsFunction {
  const name = label
  if (!at) return { id: `Native#${label}`, name, namespace: 'Native', label, column: 0, start: 0, end: 0 }
  const stripped = files.get(file) ?? file
  const id = `${stripped}#${label}@${at.row}:${at.column}`
  const { row: line, column, start, end } = at
  return { id, name, namespace: stripped, file: stripped, line, label, column, start, end }
}

function rangesByFile(functions: readonly JsFunction[]): Map<string, EnclosingRanges<JsFunction>> {
  const located = functions.filter(({ file }) => file !== undefined)
  const byFile = Map.groupBy(located, ({ namespace }) => namespace ?? '')
  return new Map([...byFile].map(([file, itsFunctions]) => [file, new EnclosingRanges(itsFunctions)]))
}

/** The innermost function around the call, if it has the source's label; else the file's top level; else a function known by label only. */
function callerOf({ label, at }: JsPlace, file: string, ranges: EnclosingRanges<JsFunction> | undefined): RawNode {
  const enclosing = at && ranges?.innermost(at.start, at.end)
  if (enclosing && enclosing.label === label) return enclosing
  const node = { name: label, namespace: file, file }
  return label === 'global' ? { ...node, id: `${file}#global@1:0`, line: 1 } : { ...node, id: `${file}#${label}` }
}

function numberIn(numbers: Map<string, number>, text: string): number {
  const known = numbers.get(text)
  if (known !== undefined) return known
  numbers.set(text, numbers.size)
  return numbers.size - 1
}
