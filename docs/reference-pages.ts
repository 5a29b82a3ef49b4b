import { stringify } from 'yaml'
import { environmentPrefix } from '../src/config.ts'
import type { ProblemTable } from '../src/errors.ts'
import { compareOrdinal } from '../src/lib/ordinal.ts'
import { environmentName, listSettings, type Setting } from '../src/lib/settings.ts'
import { settingsSchema } from '../src/settings-schema.ts'
import { type BusinessEvent, businessEvents } from '../src/telemetry/business-events.ts'

/** The keys that a deployment may use: those for tests are checked, but not offered. */
function offeredSettings(): Setting[] {
  return listSettings(settingsSchema).filter(({ path }) => path[0] !== 'testing')
}

/** `etc/signals.yaml.sample`: every key with its default and what it means. A copy of it changes nothing. */
export function sampleConfiguration(): string {
  const lines = [
    '# Every key of Signals with its default. Name a file like this with --config or SIGNALS_CONFIG; environment variables',
    '# override it (docs/configuration.md). Written by `npm run reference` from the schema in src/config.ts.',
  ]
  let open: readonly string[] = []
  for (const { path, description, defaultValue } of offeredSettings()) {
    const sections = path.slice(0, -1)
    const shared = sections.findIndex((key, depth) => open[depth] !== key)
    if (path.length === 1 || shared === 0 || open.length === 0) lines.push('')
    for (const [depth, key] of sections.entries()) {
      if (sections.slice(0, depth + 1).some((name, level) => open[level] !== name))
        lines.push(`${indent(depth)}${key}:`)
    }
    open = sections
    const margin = indent(sections.length)
    const key = path.at(-1) ?? ''
    lines.push(`${margin}# ${description}`)
    lines.push(defaultValue === undefined ? `${margin}# ${key}:` : `${margin}${key}: ${written(defaultValue)}`)
  }
  return `${lines.join('\n')}\n`
}

/** `docs/configuration.md`. */
export function configurationPage(): string {
  const rows = offeredSettings().map(({ path, type, defaultValue, description }) => {
    const fallback = defaultValue === undefined ? '–' : `\`${written(defaultValue)}\``
    return `| \`${path.join('.')}\` | \`${environmentName(environmentPrefix, path)}\` | ${type} | ${fallback} | ${description} |`
  })
  return page('Configuration', [
    'A YAML file, named by `--config` or `SIGNALS_CONFIG`, holds what differs from the defaults; environment variables',
    'override it, and an empty variable is an absent one. Lists are written with commas there. `etc/signals.yaml.sample` has',
    'every key with its default.',
    '',
    'An unknown key, an unknown variable that begins with `SIGNALS__`, or a bad value stops the start: all that is wrong is',
    'told at once, and the exit code is 78.',
    '',
    '| key | variable | type | default | meaning |',
    '|---|---|---|---|---|',
    ...rows,
  ])
}

/** `docs/business-events.md`. */
export function businessEventsPage(): string {
  const events: readonly BusinessEvent[] = Object.values(businessEvents)
  const rows = events.map(
    ({ event, when, members }) => `| \`${event}\` | ${when} | ${members.map((name) => `\`${name}\``).join(', ')} |`,
  )
  return page('Business events', [
    'What happened to the business is one line of the log each: `event` holds the name, and beside it stand these members.',
    'Payloads and tokens are never among them.',
    '',
    '| event | when | members |',
    '|---|---|---|',
    ...rows,
  ])
}

/** `docs/problems.md`. */
export function problemsPage(problems: ProblemTable): string {
  const rows = Object.entries(problems)
    .sort(([left], [right]) => compareOrdinal(left, right))
    .map(
      ([code, { status, title, retryable }]) =>
        `| \`${code}\` | ${status} | ${isRetryable(status, retryable) ? 'yes' : 'no'} | ${title} |`,
    )
  return page('Problems', [
    'Every refusal is an RFC 9457 document whose `code` is one of these. Retryable means that the same request may succeed',
    'later; everything else is final. Each answer counts in `signals_http_responses_total`, by route and status.',
    '',
    '| code | status | retryable | title |',
    '|---|---|---|---|',
    ...rows,
  ])
}

function isRetryable(status: number, retryable: boolean | undefined): boolean {
  return retryable ?? [408, 425, 429, 502, 503, 504].includes(status)
}

function page(title: string, lines: readonly string[]): string {
  return `${[`# ${title}`, '', '<!-- Written by `npm run reference`. -->', '', ...lines].join('\n')}\n`
}

/** On one line, lists too. */
function written(value: unknown): string {
  return stringify(value, { collectionStyle: 'flow', lineWidth: 0 }).trim()
}

function indent(depth: number): string {
  return '  '.repeat(depth)
}
