import { compareOrdinal } from '../lib/ordinal.ts'

export type Labels = Readonly<Record<string, string>>

export interface Gauge {
  readonly name: string
  readonly help: string
  readonly read: () => number
}

/** Counters and gauges in the Prometheus text format, version 0.0.4. Labels must come from closed sets: each makes a series. */
export class Metrics {
  readonly #counters = new Map<string, { help: string; series: Map<string, number> }>()
  readonly #gauges: Gauge[] = []

  count(name: string, help: string, labels: Labels): void {
    const counter = this.#counters.get(name) ?? { help, series: new Map<string, number>() }
    this.#counters.set(name, counter)
    const key = labelText(labels)
    counter.series.set(key, (counter.series.get(key) ?? 0) + 1)
  }

  gauge(gauge: Gauge): void {
    this.#gauges.push(gauge)
  }

  text(): string {
    const lines: string[] = []
    for (const [name, { help, series }] of this.#counters) {
      lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} counter`)
      for (const [labels, value] of series) lines.push(`${name}${labels} ${value}`)
    }
    for (const { name, help, read } of this.#gauges) {
      lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} gauge`, `${name} ${read()}`)
    }
    return `${lines.join('\n')}\n`
  }
}

/** What every process can tell of itself. */
export function addProcessGauges(metrics: Metrics): void {
  metrics.gauge({
    name: 'process_resident_memory_bytes',
    help: 'Memory that the process holds.',
    read: () => process.memoryUsage.rss(),
  })
  metrics.gauge({ name: 'process_uptime_seconds', help: 'Age of the process.', read: () => process.uptime() })
}

function labelText(labels: Labels): string {
  const pairs = Object.entries(labels)
    .sort(([left], [right]) => compareOrdinal(left, right))
    .map(
      ([name, value]) => `${name}="${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`,
    )
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}
