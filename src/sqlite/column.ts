import type { Digest } from '../identifiers/digest.ts'
import type { Tenant } from '../identifiers/tenant.ts'
import type { Row, SqlValue } from './write-unit.ts'

// The one place where a column becomes a typed value: the adapters wrote it themselves, from the same type.

export function textOf(row: Row, column: string): string {
  return String(row[column])
}

export function numberOf(row: Row, column: string): number {
  return Number(row[column])
}

/** Null in the row is absent outside. */
export function optionalText(row: Row, column: string): string | undefined {
  const value = row[column]
  return typeof value === 'string' ? value : undefined
}

export function optionalNumber(row: Row, column: string): number | undefined {
  const value = row[column]
  return typeof value === 'number' ? value : undefined
}

export function optionalBytes(row: Row, column: string): Buffer | undefined {
  const value = row[column]
  return value instanceof Uint8Array ? Buffer.from(value.buffer, value.byteOffset, value.byteLength) : undefined
}

/** Only a checked name is ever written. */
export function tenantOf(row: Row): Tenant {
  return textOf(row, 'tenant') as Tenant
}

export function digestOf(row: Row, column: string): Digest {
  return textOf(row, column) as Digest
}

export function jsonOf<Value>(row: Row, column: string): Value {
  return JSON.parse(textOf(row, column)) as Value
}

export function jsonOrNull(value: unknown): SqlValue {
  return value === undefined ? null : JSON.stringify(value)
}

/**
 * Bytes that SQLite's memcmp puts in order of UTF-16 code units. Its own order of text is that of UTF-8, which differs
 * from ours beyond the basic plane.
 */
export function ordinalBytes(text: string): Uint8Array {
  return Buffer.from(text, 'utf16le').swap16()
}
