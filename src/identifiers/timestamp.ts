const shape = /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.(\d+))?(?:[Zz]|([+-])(\d{2}):(\d{2}))$/

/**
 * RFC 3339 in any offset, as UTC with milliseconds; digits beyond them are cut. Undefined for a time without an offset,
 * an impossible date, a leap second, or a year outside 1970–9999.
 */
export function parseTimestamp(text: string): string | undefined {
  return isInForm(text) ? text : converted(text)
}

/** The day that was last found to be one: what is said together was mostly seen on one day. */
let knownDay = '1970-01-01'
const timeOfDay = /^T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/

/** Whether nothing has to be converted, which agents' times hardly ever need; a tenth of the time that converting takes. */
function isInForm(text: string): boolean {
  return text.length === 24 && text.startsWith(knownDay) && timeOfDay.test(text.slice(10))
}

function converted(text: string): string | undefined {
  const match = shape.exec(text)
  if (!match) return undefined
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  const offsetHour = Number(match[9] ?? 0)
  const offsetMinute = Number(match[10] ?? 0)
  if (hour > 23 || minute > 59 || second > 59 || offsetHour > 23 || offsetMinute > 59) return undefined
  const milliseconds = Number((match[7] ?? '').slice(0, 3).padEnd(3, '0'))
  const local = Date.UTC(year, month - 1, day, hour, minute, second, milliseconds)
  const date = new Date(local)
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined
  const sign = match[8] === '-' ? 1 : -1
  const utc = local + sign * (offsetHour * 60 + offsetMinute) * 60_000
  if (utc < 0 || utc > Date.UTC(9999, 11, 31, 23, 59, 59, 999)) return undefined
  const time = new Date(utc).toISOString()
  knownDay = time.slice(0, 10)
  return time
}
