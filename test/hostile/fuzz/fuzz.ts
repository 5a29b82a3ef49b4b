import { Agent } from 'node:http'
import fc from 'fast-check'
import { requestTo } from './arbitrary-request.ts'
import type { Tokens } from './callers.ts'
import { type CheckDeps, checkOutcome } from './check-answer.ts'
import { checkRepeat, isBoundToKey } from './check-repeat.ts'
import { curlOf } from './curl.ts'
import { DescribedAnswers } from './described-answers.ts'
import type { DrawnRequest } from './drawn-request.ts'
import { elsewhere } from './elsewhere.ts'
import type { Finding, Flaw } from './finding.ts'
import { Findings, isSameFlaw } from './findings.ts'
import { type MadeRequest, makeRequest } from './make-request.ts'
import type { Markers } from './markers.ts'
import type { Memory } from './memory.ts'
import { rememberAnswer } from './remember-answer.ts'
import { type Outcome, sendRequest } from './send-request.ts'
import type { Operation, Surface } from './surface.ts'
import { Tally } from './tally.ts'

export interface FuzzDeps {
  readonly url: string
  readonly tokens: Tokens
  readonly surface: Surface
  readonly memory: Memory
  readonly markers: Markers
}

export interface FuzzOptions {
  readonly count: number
  readonly seed: number
  /** Requests in flight. */
  readonly lanes: number
  readonly timeoutMs: number
  /** Told now and then how many requests were answered. */
  readonly onProgress?: (requests: number) => void
  /** Only these, by name; all when absent. */
  readonly only?: readonly string[]
}

export interface FuzzReport {
  readonly findings: readonly Finding[]
  readonly tally: Tally
}

/** Draws requests to every operation alike and sends them, several at a time; what is wrong is drawn again, smaller. */
export async function fuzz(deps: FuzzDeps, options: FuzzOptions): Promise<FuzzReport> {
  const agent = new Agent({ keepAlive: true, maxSockets: options.lanes * 2 })
  const run = new FuzzRun({ ...deps, agent }, options)
  try {
    await Promise.all(Array.from({ length: options.lanes }, (_, lane) => run.lane(lane)))
    return { findings: run.findings.all, tally: run.tally }
  } finally {
    agent.destroy()
  }
}

/** A flaw that was not known before, on its way out of a property. */
class Found extends Error {
  readonly flaw: Flaw

  constructor(flaw: Flaw) {
    super(flaw.what)
    this.flaw = flaw
  }
}

const progressEvery = 10_000
const triesToShrink = 150
const triesToShrinkAHang = 5

class FuzzRun {
  readonly findings = new Findings()
  readonly tally = new Tally()
  readonly #deps: FuzzDeps & { readonly agent: Agent }
  readonly #options: FuzzOptions
  readonly #checking: CheckDeps
  readonly #requests: fc.Arbitrary<DrawnRequest>

  constructor(deps: FuzzDeps & { readonly agent: Agent }, options: FuzzOptions) {
    this.#deps = deps
    this.#options = options
    const operations = new Map(
      deps.surface.operations.map((operation) => [`${operation.method} ${operation.path}`, operation]),
    )
    const operationOf = (method: string, path: string) => operations.get(`${method} ${path}`)
    this.#checking = { answers: new DescribedAnswers(deps.surface), markers: deps.markers, operationOf }
    this.#requests = requestsTo(deps.surface.operations, options)
  }

  /** One request after the other, each as soon as the one before was answered. */
  async lane(lane: number): Promise<void> {
    let left = Math.ceil(this.#options.count / this.#options.lanes)
    for (let round = 0; left > 0; round += 1) {
      const seed = laneSeed(this.#options.seed, lane, round)
      left -= await this.#until(seed, left)
    }
  }

  /** Draws until something is found that was not known, and makes that small. Resolves with how many it drew. */
  async #until(seed: number, count: number): Promise<number> {
    let drawn = 0
    let shrinking: { readonly flaw: Flaw; readonly operation: string; tries: number } | undefined
    const property = fc.asyncProperty(this.#requests, async (request) => {
      if (shrinking && shrinking.tries-- <= 0) return
      if (!shrinking) drawn += 1
      const { made, outcome, flaws } = await this.#send(request)
      const flaw = shrinking
        ? flaws.find((other) => shrinking && isSameFlaw(shrinking.flaw, other))
        : flaws.find((other) => !this.findings.isKnown(request.operation, other))
      if (!flaw) return
      shrinking ??= {
        flaw,
        operation: request.operation,
        tries: flaw.kind === 'hang' ? triesToShrinkAHang : triesToShrink,
      }
      this.findings.add({
        ...flaw,
        operation: shrinking.operation,
        seed: this.#options.seed,
        curl: curlOf(made),
        answer: toldOf(outcome),
      })
      throw new Found(flaw)
    })
    const outcome = await fc.check(property, { seed, numRuns: count, includeErrorInReport: true })
    if (outcome.failed && !(outcome.errorInstance instanceof Found)) throw outcome.errorInstance
    return drawn
  }

  async #send(request: DrawnRequest): Promise<{ made: MadeRequest; outcome: Outcome; flaws: Flaw[] }> {
    const made = makeRequest(this.#deps, request)
    const outcome = await this.#exchange(made)
    const flaws = [...checkOutcome(this.#checking, made, outcome), ...(await this.#sendAgain(made, outcome))]
    for (const flaw of flaws) this.findings.seenAgain(request.operation, flaw)
    if (outcome.kind === 'answer') rememberAnswer(this.#deps.memory, made, outcome.answer)
    return { made, outcome, flaws }
  }

  /** What was acknowledged under a key is sent once more, as a client does that did not read the answer. */
  async #sendAgain(made: MadeRequest, outcome: Outcome): Promise<Flaw[]> {
    if (!isBoundToKey(made, outcome)) return []
    const second = await this.#exchange(made)
    return [...checkOutcome(this.#checking, made, second), ...checkRepeat(made, outcome, second)]
  }

  async #exchange(made: MadeRequest): Promise<Outcome> {
    const { url, agent } = this.#deps
    const outcome = await sendRequest({ url, agent, timeoutMs: this.#options.timeoutMs }, made)
    this.tally.add(made.drawn.operation, outcome.kind === 'answer' ? String(outcome.answer.status) : outcome.kind)
    if (this.tally.total % progressEvery === 0) this.#options.onProgress?.(this.tally.total)
    return outcome
  }
}

function requestsTo(operations: readonly Operation[], { only }: FuzzOptions): fc.Arbitrary<DrawnRequest> {
  const asked = operations.filter(({ name }) => only?.includes(name) ?? true)
  const drawn = asked.map(requestTo)
  return fc.oneof(...drawn, ...(only ? [] : [elsewhere]))
}

function laneSeed(seed: number, lane: number, round: number): number {
  return (Math.imul(seed, 0x9e3779b1) ^ Math.imul(lane + 1, 0x85ebca6b) ^ Math.imul(round + 1, 0xc2b2ae35)) | 0
}

function toldOf(outcome: Outcome): string {
  if (outcome.kind !== 'answer') return outcome.kind
  const { status, headers, body } = outcome.answer
  return `${status} ${headers['content-type'] ?? ''} ${body.toString().slice(0, 400)}`
}
