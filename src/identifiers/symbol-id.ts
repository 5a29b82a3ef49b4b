import { hash } from 'node:crypto'

export interface SymbolParts {
  readonly language: string
  readonly namespace: string
  readonly name: string
  readonly kind: string
}

/** `sym:<lang>:<base64url SHA-256>` over (namespace, name, kind) joined by NUL; lower-cased for java. Source: contracts, 3.1. */
export function symbolIdOf({ language, namespace, name, kind }: SymbolParts): string {
  const joined = [namespace, name, kind].join('\0')
  const text = language === 'java' ? joined.toLowerCase() : joined
  return `sym:${language}:${hash('sha256', text, 'base64url')}`
}

export function isSymbolId(text: string): boolean {
  return text.startsWith('sym:')
}
