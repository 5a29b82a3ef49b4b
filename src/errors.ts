/** What a client is told of an error code: its HTTP status, its title, and whether trying again can help. */
export interface ProblemKind {
  readonly status: number
  readonly title: string
  readonly retryable?: boolean
}

/** A domain's closed set of codes. Each domain exports one; `app.ts` joins them into the table clients read. */
export type ProblemTable<Code extends string = string> = Readonly<Record<Code, ProblemKind>>

/** One of several things that are wrong with a request. `line` is 1-based, `byteOffset` counts inflated bytes from 0. */
export interface Violation {
  readonly code: string
  readonly message: string
  readonly pointer?: string
  readonly line?: number
  readonly byteOffset?: number
  readonly count?: number
}

export interface ServiceErrorOptions extends ErrorOptions {
  readonly violations?: readonly Violation[]
  readonly retryAfterSeconds?: number
  /** Further members of the problem document, such as the formats that would have been read. */
  readonly members?: Readonly<Record<string, unknown>>
  /** Response headers that belong to the refusal, such as `Allow`. */
  readonly headers?: Readonly<Record<string, string>>
}

/** An error whose `code` is part of the API; the message is for people, the cause for the log. */
export class ServiceError<Code extends string = string> extends Error {
  readonly code: Code
  readonly violations: readonly Violation[]
  readonly retryAfterSeconds: number | undefined
  readonly members: Readonly<Record<string, unknown>>
  readonly headers: Readonly<Record<string, string>>

  constructor(code: Code, message: string, options: ServiceErrorOptions = {}) {
    super(message, options)
    this.name = new.target.name
    this.code = code
    this.violations = options.violations ?? []
    this.retryAfterSeconds = options.retryAfterSeconds
    this.members = options.members ?? {}
    this.headers = options.headers ?? {}
  }
}
