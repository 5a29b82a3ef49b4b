import { CallgraphError, invalidValue } from '../callgraph-errors.ts'
import { EdgeColumns, edgeCode } from '../edge-columns.ts'
import type { GraphBuilder } from '../graph-builder.ts'
import { defaultGraphLimits } from '../raw-graph.ts'

const plainCall = {
  code: edgeCode('static', 'call'),
  confidence: 1,
  isResolved: true,
  reason: undefined,
  candidates: undefined,
}

/** Below what a Map can hold, and more than all functions and calls of the largest graph that is taken. */
const maxNumbers = defaultGraphLimits.maxNodes + defaultGraphLimits.maxEdges

/**
 * Calls between functions that a tool numbers anew in every run: kept until it is known what each number stands for, since
 * the table may follow the calls. The numbers themselves do not get into the graph, unless they stand for nothing.
 */
export class NumberedCalls {
  readonly #positions = new Map<string, number>()
  readonly #names: (string | undefined)[] = []
  readonly #calls = new EdgeColumns()

  /** What a number stands for. */
  name(number: string, id: string): void {
    const position = this.#positionOf(number)
    const known = this.#names[position]
    if (known !== undefined && known !== id) {
      throw invalidValue('ID_AMBIGUOUS', `the number ${number} stands for two functions`)
    }
    this.#names[position] = id
  }

  add(call: { readonly from: string; readonly to: string; readonly evidence?: readonly string[] | undefined }): void {
    if (this.#calls.length >= defaultGraphLimits.maxEdges) throw tooMany('calls', defaultGraphLimits.maxEdges)
    const { from, to, evidence } = call
    this.#calls.add({ ...plainCall, from: this.#positionOf(from), to: this.#positionOf(to), evidence })
  }

  /** A number that stands for nothing is the name of a missing end: no call is dropped. */
  tell(builder: GraphBuilder, placesOf?: ReadonlyMap<string, readonly string[]>): void {
    const numbers = [...this.#positions.keys()]
    const nameAt = (position: number) => this.#names[position] ?? numbers[position] ?? ''
    for (let call = 0; call < this.#calls.length; call += 1) {
      const from = this.#calls.from(call)
      const evidence = placesOf?.get(numbers[from] ?? '') ?? this.#calls.evidence(call)
      builder.addEdge({ from: nameAt(from), to: nameAt(this.#calls.to(call)), evidence })
    }
  }

  #positionOf(number: string): number {
    const known = this.#positions.get(number)
    if (known !== undefined) return known
    if (this.#positions.size >= maxNumbers) throw tooMany('numbers', maxNumbers)
    this.#positions.set(number, this.#names.length)
    return this.#names.push(undefined) - 1
  }
}

function tooMany(what: string, limit: number): CallgraphError {
  return new CallgraphError('CALLGRAPH_TOO_LARGE', `the call graph has more than ${limit} ${what}`)
}
