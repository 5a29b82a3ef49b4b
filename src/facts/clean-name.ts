/**
 * A name as it is looked up and kept: trimmed, NFC (small print of contracts, 3). Half of a surrogate pair has no
 * canonical form and would stop every later fold of the subject, so it is replaced.
 */
export function cleanName(name: string): string {
  return name.trim().toWellFormed().normalize('NFC')
}
