import type { z } from 'zod'
import type { Violation } from '../errors.ts'

const maxListed = 100

/** Escapes and joins a path. Source: RFC 6901, 3. */
export function pointerOf(path: readonly PropertyKey[]): string {
  return path.map((step) => `/${shown(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}

/** A member's name is the client's, as long as its body allowed. */
function shown(step: PropertyKey): string {
  return String(step).slice(0, 128)
}

/** What zod found, with a pointer for each; of a union, what is wrong with the branch that came nearest. */
export function violationsOf(issues: readonly z.core.$ZodIssue[], base: readonly PropertyKey[] = []): Violation[] {
  return issues.flatMap((issue) => {
    const path = [...base, ...issue.path]
    if (issue.code === 'invalid_union') {
      const nearest = nearestBranch(issue.errors)
      if (nearest) return violationsOf(nearest, path)
    }
    if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownMember([...path, key]))
    return [{ code: issue.code, message: issue.message, pointer: pointerOf(path) }]
  })
}

function unknownMember(path: readonly PropertyKey[]): Violation {
  return { code: 'unrecognized_keys', message: 'there is no such member', pointer: pointerOf(path) }
}

function nearestBranch(branches: readonly (readonly z.core.$ZodIssue[])[]): readonly z.core.$ZodIssue[] | undefined {
  const depth = (issues: readonly z.core.$ZodIssue[]): number => Math.max(...issues.map(({ path }) => path.length))
  const [nearest] = branches.filter((issues) => issues.length > 0).sort((left, right) => depth(right) - depth(left))
  return nearest && depth(nearest) > 0 ? nearest : undefined
}

/** Like ones become one with a count, where the first was found; what a client reads stays short whatever it sent. */
export function groupViolations(violations: readonly Violation[]): Violation[] {
  const groups = new Map<string, Violation>()
  for (const violation of violations) {
    const key = `${violation.code}\0${violation.message}`
    const first = groups.get(key)
    const count = (violation.count ?? 1) + (first ? (first.count ?? 1) : 0)
    groups.set(key, count > 1 ? { ...(first ?? violation), count } : violation)
  }
  return [...groups.values()].slice(0, maxListed)
}
