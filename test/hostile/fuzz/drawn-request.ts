import type { CredentialName } from './callers.ts'

export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [member: string]: JsonValue }

/** A text in which `⟦…⟧` stands for what is only known when the request is sent: see `fill-in.ts`. */
export type Template = string

/** As it was drawn, and nothing of it depends on what was answered before; so it can be drawn again, and made smaller. */
export interface DrawnRequest {
  /** Whose turn it is; the method and path may be others for all that. */
  readonly operation: string
  readonly method: string
  /** As the document has it, or one that it does not have. */
  readonly path: string
  readonly pathValues: Readonly<Record<string, Written>>
  readonly query: readonly (readonly [name: string, value: Written])[]
  readonly headers: readonly (readonly [name: string, value: Template])[]
  readonly caller: DrawnCaller
  readonly body?: DrawnBody | undefined
}

/** Part of a URL: percent-encoded, or as it stands. */
export interface Written {
  readonly text: Template
  readonly isRaw: boolean
}

export interface DrawnCaller {
  readonly credential: CredentialName | 'none' | 'garbage' | 'forged'
  /** By header; a tenant, or anything else. */
  readonly tenantHeader?: string
}

export interface DrawnBody {
  readonly content: DrawnContent
  /** What is done to its bytes, in this order, before they are encoded. */
  readonly damages: readonly Damage[]
  readonly encoding: Encoding
  readonly framing: Framing
}

export type DrawnContent =
  | { readonly kind: 'json'; readonly value: JsonValue; readonly changes: readonly Change[] }
  | { readonly kind: 'lines'; readonly values: readonly JsonValue[]; readonly changes: readonly Change[] }
  /** A graph in base64 within its envelope. */
  | {
      readonly kind: 'envelope'
      readonly value: JsonValue
      readonly graph: JsonValue
      readonly changes: readonly Change[]
    }
  | { readonly kind: 'bundle'; readonly bundle: DrawnBundle; readonly changes: readonly Change[] }
  /** Of a replay bundle that was downloaded before. */
  | { readonly kind: 'replay'; readonly which: number }
  | { readonly kind: 'text'; readonly text: Template }
  | { readonly kind: 'hex'; readonly hex: string }

export interface DrawnBundle {
  readonly nodes: readonly JsonValue[]
  readonly edges: readonly JsonValue[]
  readonly facts: readonly JsonValue[] | null
  readonly meta: Readonly<Record<string, JsonValue>>
}

/** One thing done to a JSON document, at one of its places. */
export interface Change {
  readonly at: number
  readonly to:
    | { readonly kind: 'dropped' }
    | { readonly kind: 'value'; readonly value: JsonValue }
    | { readonly kind: 'member'; readonly name: string; readonly value: JsonValue }
    | { readonly kind: 'nested'; readonly depth: number; readonly isArray: boolean }
    | { readonly kind: 'repeated'; readonly times: number }
}

/** One thing done to bytes, at a place given in thousandths of their length. */
export interface Damage {
  readonly at: number
  readonly kind: 'cut' | 'flipped' | 'inserted' | 'doubled-member' | 'number' | 'twice'
  /** What is put in: hexadecimal for `inserted`, text for `number`. */
  readonly with: string
}

export interface Encoding {
  /** What the header says. */
  readonly said: string | null
  /** What is done. */
  readonly done: readonly ('gzip' | 'zstd' | 'br' | 'deflate')[]
  readonly damages: readonly Damage[]
}

/** How the bytes come: counted, in chunks, in chunks with pauses between them, or fewer than were promised. */
export type Framing = 'counted' | 'chunked' | 'cut-short'
