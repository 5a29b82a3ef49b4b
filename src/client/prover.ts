interface ProvenRequest {
  readonly method: string
  readonly url: string
}

type MakeProof = (request: ProvenRequest & { readonly nonce?: string | undefined }) => Promise<string>

/** Proves of each request that its token is the sender's own, in the way that the service last asked for (RFC 9449, 9). */
export class Prover {
  readonly #makeProof: MakeProof
  #nonce: string | undefined

  constructor(makeProof: MakeProof) {
    this.#makeProof = makeProof
  }

  prove(request: ProvenRequest): Promise<string> {
    return this.#makeProof({ ...request, nonce: this.#nonce })
  }

  /** Whether the request was refused for want of what is known now. */
  learn({ status, headers }: Pick<Response, 'status' | 'headers'>): boolean {
    const nonce = headers.get('dpop-nonce')
    if (nonce === null) return false
    this.#nonce = nonce
    return status === 401
  }
}
