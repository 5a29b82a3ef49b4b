/** Of `XINFO GROUPS`: the lag of the slowest group, 0 without any. Null before Redis 7, or where entries were deleted. */
export function lagOfGroups(groups: unknown): number | null {
  if (!Array.isArray(groups)) return null
  const lags = groups.map((group) => memberOf(group, 'lag'))
  if (lags.some((lag) => typeof lag !== 'number')) return null
  return Math.max(0, ...lags.map(Number))
}

/** Each group is a list in which every name is followed by its value. */
function memberOf(group: unknown, name: string): unknown {
  if (!Array.isArray(group)) return undefined
  const position = group.findIndex((entry, index) => index % 2 === 0 && entry === name)
  return position === -1 ? undefined : group[position + 1]
}
