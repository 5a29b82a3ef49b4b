/** What nobody may be able to bring about, each by its name. */
export type FindingKind =
  | 'hang'
  | 'no-answer'
  | 'server-error'
  | 'undescribed'
  | 'outside-schema'
  | 'malformed-problem'
  | 'inside-shown'
  | 'header-missing'
  | 'let-in'
  | 'leak'
  | 'counted-twice'

/** Something wrong with an answer. */
export interface Flaw {
  readonly kind: FindingKind
  /** What all like it have in common: neither ids nor numbers of this one. */
  readonly what: string
  /** All there is to know of this one. */
  readonly detail: string
}

export interface Finding extends Flaw {
  readonly operation: string
  /** Draws it again, among others. */
  readonly seed: number
  readonly curl: string
  readonly answer: string
  readonly timesSeen: number
}
