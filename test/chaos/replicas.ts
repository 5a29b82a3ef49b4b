import { join } from 'node:path'
import type { FailPointName } from '../../src/lib/fail-points.ts'
import { type ServiceProcess, startServiceProcess } from '../support/service-process.ts'

/** Service processes on the same servers; each may die and come back under its own address. */
export class Replicas implements AsyncDisposable {
  readonly #directory: string
  readonly #env: Readonly<Record<string, string>>
  readonly #running: ServiceProcess[] = []
  readonly #starting = new Set<Promise<unknown>>()
  /** Addresses of those that were killed, or are to die. */
  readonly #doomed = new Set<string>()
  #isClosed = false

  constructor(directory: string, env: Readonly<Record<string, string>>) {
    this.#directory = directory
    this.#env = env
  }

  async start(count: number): Promise<void> {
    await Promise.all(Array.from({ length: count }, (_, replica) => this.restart(replica)))
  }

  get urls(): readonly string[] {
    return this.#running.map(({ url }) => url)
  }

  mayEnd(url: string): boolean {
    return this.#doomed.has(url)
  }

  /** SIGKILL, in the middle of whatever it does. */
  async kill(replica: number): Promise<void> {
    const service = this.#running[replica]
    if (service) this.#doomed.add(service.url)
    await service?.kill()
  }

  /** Anew, and dying at the point if one is named; false when that killed it before it could listen. */
  async restart(replica: number, point?: FailPointName): Promise<boolean> {
    const starting = this.#restart(replica, point)
    this.#starting.add(starting)
    return await starting.finally(() => this.#starting.delete(starting))
  }

  /** Resolves with what ended it. */
  async ended(replica: number): Promise<NodeJS.Signals | null> {
    return (await this.#running[replica]?.exited)?.signal ?? null
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true
    await Promise.allSettled(this.#starting)
    await Promise.all(this.#running.map((service) => service.kill()))
  }

  async #restart(replica: number, point: FailPointName | undefined): Promise<boolean> {
    const service = await this.#start(replica, point)
    if (!service) return false
    // Others may have had its port before it.
    if (point === undefined) this.#doomed.delete(service.url)
    else this.#doomed.add(service.url)
    this.#running[replica] = service
    return true
  }

  /** Again and again, as whoever looks after processes does: without its store a service ends at its start. */
  async #start(replica: number, point: FailPointName | undefined): Promise<ServiceProcess | undefined> {
    const failing = point === undefined ? {} : { SIGNALS__TESTING__FAIL_POINTS: point }
    const directory = join(this.#directory, `replica-${replica}`)
    while (!this.#isClosed) {
      try {
        return await startServiceProcess(directory, { ...this.#env, ...failing })
      } catch (error) {
        if (point !== undefined && String(error).includes('exited with SIGKILL')) return undefined
      }
    }
    return undefined
  }
}
