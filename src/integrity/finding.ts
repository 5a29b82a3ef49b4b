import type { CasKey } from '../cas/cas-store.ts'
import type { Tenant } from '../identifiers/tenant.ts'

/**
 * All that can be found. An error is evidence, or a fact, that is lost or not what it says; a warning costs room or time
 * alone, since what it is about is derived, or nobody's.
 */
export const findingKinds = {
  'corrupt-blob': 'error',
  'missing-blob': 'error',
  'dangling-reference': 'error',
  'graph-mismatch': 'error',
  'fact-mismatch': 'error',
  'evidence-mismatch': 'error',
  'event-without-fact': 'error',
  'event-missing': 'error',
  'damaged-index': 'warning',
  'leftover-file': 'warning',
} as const

export type FindingKind = keyof typeof findingKinds

export interface Finding {
  readonly kind: FindingKind
  readonly severity: 'error' | 'warning'
  /** Absent for what belongs to no tenant. */
  readonly tenant?: Tenant
  /** A CAS URI, or a row: `evidence/<id>`, `callgraphs/<id>`, `facts/<subjectKey>`, `bundles/<id>`, `events/<id>`. */
  readonly where: string
  readonly what: string
  readonly expected?: string
  readonly found?: string
  /** The object that is not what it should be, and so may be moved aside. */
  readonly damaged?: CasKey
}

type Told = Omit<Finding, 'kind' | 'severity'>

export function finding(kind: FindingKind, told: Told): Finding {
  return { kind, severity: findingKinds[kind], ...told }
}
