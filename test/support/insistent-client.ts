import { EvidenceClient } from './evidence-client.ts'

export interface Refusal {
  readonly status: number
  readonly code: string | undefined
  readonly retryAfter: string | null
  readonly type: string | null
}

/** A client that repeats every batch under its key until it is acknowledged, as the contracts tell it to. */
export class InsistentClient {
  readonly #client: EvidenceClient
  readonly #symbols: readonly string[]
  readonly refusals: Refusal[] = []
  #wake: () => void = () => undefined

  constructor(options: {
    readonly callgraphId: string
    readonly subject: string
    readonly symbols: readonly string[]
  }) {
    this.#client = new EvidenceClient(options)
    this.#symbols = options.symbols
  }

  async post(url: string, key: string): Promise<void> {
    while (!this.#client.acknowledged.has(key)) await this.postOnce(url, key)
  }

  /** One try, whatever comes of it. */
  async postOnce(url: string, key: string): Promise<void> {
    const response = await this.#client.send(url, { key, symbols: this.#symbols })
    if (response.ok) {
      await response.text()
      this.#client.acknowledged.add(key)
    } else {
      this.refusals.push(await refusalOf(response))
    }
    this.#wake()
  }

  async hasAcknowledged(count: number): Promise<void> {
    while (this.#client.acknowledged.size < count) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }
}

/** Only what may be tried again is a refusal here; to insist on anything else would never end. */
async function refusalOf(response: Response): Promise<Refusal> {
  const { code } = (await response.json()) as { code?: string }
  const { status, headers } = response
  if (status !== 503) throw new Error(`${status} ${code}`)
  return { status, code, retryAfter: headers.get('retry-after'), type: headers.get('content-type') }
}
