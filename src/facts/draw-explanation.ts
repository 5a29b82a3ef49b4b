import type { ExplainAnswer, GraphExplanation, Step } from './question-documents.ts'

/** The paths of an explanation as a Mermaid flowchart; without a path, what stopped the search. */
export function drawExplanation({ subjectKey, target, verdict, furtherGraphs, ...worst }: ExplainAnswer): string {
  const drawing = new Drawing()
  const title = `%% ${oneLine(`${verdict}: ${target} in ${subjectKey}`)}`
  for (const graph of [{ ...worst, target }, ...furtherGraphs]) drawing.add(graph)
  return [title, 'flowchart TD', ...drawing.lines(), ''].join('\n')
}

type Drawn = Pick<GraphExplanation, 'target' | 'path' | 'furtherPaths' | 'frontier'>

class Drawing {
  readonly #numbers = new Map<string, number>()
  readonly #nodes: string[] = []
  readonly #links = new Set<string>()

  add({ target, path, furtherPaths, frontier }: Drawn): void {
    for (const steps of [path, ...furtherPaths]) this.#addPath(steps)
    if (path.length === 0) this.#node(target, 'no path')
    for (const entry of frontier?.entries ?? []) {
      if (entry.node !== undefined) this.#node(entry.node, entry.kind)
      if (entry.from === undefined || entry.to === undefined) continue
      this.#links.add(`  ${this.#node(entry.from)} -. ${entry.kind} .-> ${this.#node(entry.to)}`)
    }
  }

  lines(): string[] {
    return [...this.#nodes, ...this.#links]
  }

  #addPath(steps: readonly Step[]): void {
    for (const [place, step] of steps.entries()) {
      const to = this.#node(step.id, ...notesOf(step))
      const from = steps[place - 1]
      if (from && step.edge) this.#links.add(`  ${this.#node(from.id)} -->|"${labelOf(step.edge)}"| ${to}`)
      else if (from) this.#links.add(`  ${this.#node(from.id)} -.-> ${to}`)
    }
  }

  #node(id: string, ...notes: readonly string[]): string {
    const known = this.#numbers.get(id)
    if (known !== undefined) return `n${known}`
    const number = this.#numbers.size
    this.#numbers.set(id, number)
    this.#nodes.push(`  n${number}["${[id, ...notes].map(escaped).join('<br/>')}"]`)
    return `n${number}`
  }
}

function notesOf({ entryPoint, runtimeHits, file, line }: Step): string[] {
  return [
    ...(entryPoint ? [`entry point, ${entryPoint}`] : []),
    ...(runtimeHits ? [`hits: ${runtimeHits.hitCount}`] : []),
    ...(file === undefined ? [] : [line === undefined ? file : `${file}:${line}`]),
  ]
}

function labelOf({ kind, type, confidence }: NonNullable<Step['edge']>): string {
  return `${kind} ${type}, ${confidence}`
}

const maxLabelLength = 200

/** Names come from uploads: none may end its label, begin a tag, or be taken for Mermaid's own words. */
function escaped(text: string): string {
  return oneLine(text)
    .slice(0, maxLabelLength)
    .toWellFormed()
    .replace(/[^\p{L}\p{N} ._:,/$()-]/gu, (character) => `#${character.codePointAt(0)};`)
}

function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
}
