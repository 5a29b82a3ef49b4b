import { ServiceError } from '../errors.ts'

export interface SubjectInput {
  readonly scanId?: string | undefined
  readonly imageDigest?: string | undefined
  readonly component?: string | undefined
  readonly version?: string | undefined
}

/** The members that gave the key, and no others. */
export type Subject = { scanId: string } | { imageDigest: string } | { component: string; version: string }

/** A subject whose key is settled. `aliases` are the further identities that its posts named. */
export interface IdentifiedSubject {
  readonly subject: Subject
  readonly subjectKey: string
  readonly aliases: readonly string[]
}

export const subjectProblems = {
  SUBJECT_INVALID: { status: 400, title: 'The subject is not usable' },
} as const

export class SubjectError extends ServiceError<keyof typeof subjectProblems> {}

const maxKeyLength = 512

/** Where a request says the parts of its subject, as pointers into its body or its query. */
export type SubjectPlaces = Readonly<Record<keyof SubjectInput, string>>

const bodyPlaces: SubjectPlaces = {
  scanId: '/subject/scanId',
  imageDigest: '/subject/imageDigest',
  component: '/subject/component',
  version: '/subject/version',
}

/** `subjectKey` is the first non-empty of scanId, imageDigest, component|version: trimmed, NFC, case kept. Source: contracts, 4. */
export function identifySubject(input: SubjectInput, places: SubjectPlaces = bodyPlaces): IdentifiedSubject {
  const scanId = cleanPart('scanId', input, places)
  const imageDigest = cleanPart('imageDigest', input, places)
  const component = cleanPart('component', input, places)
  const version = cleanPart('version', input, places)
  const identities: { subject: Subject; key: string; place: string }[] = []
  if (scanId) identities.push({ subject: { scanId }, key: scanId, place: places.scanId })
  if (imageDigest) identities.push({ subject: { imageDigest }, key: imageDigest, place: places.imageDigest })
  if (component && version) {
    const key = `${component}|${version}`
    identities.push({ subject: { component, version }, key, place: places.component })
  }
  const [first, ...others] = identities
  if (!first) {
    throw new SubjectError('SUBJECT_INVALID', 'Subject must include scanId/imageDigest/component+version')
  }
  for (const { key, place } of identities) {
    if (key.length > maxKeyLength) throw invalid(`a subject key has at most ${maxKeyLength} characters`, place)
  }
  const aliases = [...new Set(others.map(({ key }) => key))].filter((key) => key !== first.key)
  return { subject: first.subject, subjectKey: first.key, aliases }
}

function cleanPart(name: keyof SubjectInput, input: SubjectInput, places: SubjectPlaces): string | undefined {
  const text = input[name]
  const place = places[name]
  if (text === undefined) return undefined
  const cleaned = text.trim().normalize('NFC')
  // A lone surrogate has no canonical form: every fold of such a subject would fail.
  if (!cleaned.isWellFormed()) throw invalid(`subject.${name} is not well-formed Unicode`, place)
  if (/\p{Cc}/u.test(cleaned)) throw invalid(`subject.${name} has a control character`, place)
  if (cleaned.includes('|')) throw invalid(`subject.${name} must not contain "|"`, place)
  return cleaned === '' ? undefined : cleaned
}

function invalid(message: string, pointer: string): SubjectError {
  const violations = [{ code: 'SUBJECT_INVALID', message, pointer }]
  return new SubjectError('SUBJECT_INVALID', message, { violations })
}
