/** What needs it is skipped, and standard error says so once; under CI that is an error. */
export function absentPart(name: string, error: unknown): undefined {
  const reason = error instanceof Error ? (error.message.split('\n', 1)[0] ?? '') : String(error)
  if (process.env['CI'] === 'true') throw new Error(`${name} is not to be had: ${reason}`, { cause: error })
  process.stderr.write(`${name} is not to be had, its tests are skipped: ${reason}\n`)
  return undefined
}
