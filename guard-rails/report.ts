import type { Looked } from './rail.ts'

const most = 40

/** One line for a rail that holds; for one that does not, also what it guards, what was found and what to do. */
export function reportOf({ rail, findings, seconds }: Looked): string {
  const { name, guards, mend } = rail
  const mark = findings.length === 0 ? '✓' : '✗'
  const head = `${mark} ${name.padEnd(14)} ${seconds.toFixed(1).padStart(6)} s`
  if (findings.length === 0) return head
  const shown = findings.slice(0, most).map((finding) => `    ${finding.replaceAll('\n', '\n    ')}`)
  const others = findings.length > most ? [`    … and ${findings.length - most} more`] : []
  return [head, `  guards: ${guards}`, '  found:', ...shown, ...others, `  do: ${mend}`].join('\n')
}

export function summaryOf(looked: readonly Looked[]): string {
  const failed = looked.filter(({ findings }) => findings.length > 0).map(({ rail }) => rail.name)
  if (failed.length === 0) return `guard-rails: all ${looked.length} hold`
  return `guard-rails: ${failed.length} of ${looked.length} failed: ${failed.join(', ')}`
}
