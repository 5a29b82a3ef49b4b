import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type DemoClient, postGraph, postTrace } from './client.ts'
import { demoSubjects } from './plan.ts'
import { type DemoRow, rowsOf } from './rows.ts'
import { startService } from './service.ts'
import { tableOf } from './table.ts'

const goingOn = `
observed: seen running · reachable: a path leads there · unreachable: earned, in a closed world · unknown: nobody can say, so nobody says safe

Go on:  npm run demo -- --keep    leaves the service running, with this data
        npm start                 starts it for you, with its data in ./data
        README.md                 a tour with curl`

const { values: flags } = parseArgs({
  options: { keep: { type: 'boolean', default: false }, json: { type: 'boolean', default: false } },
})
await run(await mkdtemp(join(tmpdir(), 'signals-demo-')))

async function run(dataDirectory: string): Promise<void> {
  const service = await startService(dataDirectory)
  try {
    const client = { url: service.url, fixtures: join(import.meta.dirname, '../../fixtures/real') }
    const rows = await ingestAndAsk(client)
    console.log(flags.json ? JSON.stringify(rows, null, 2) : report(rows))
    if (flags.keep) await keepRunning(client)
  } finally {
    await service.stop()
    await rm(dataDirectory, { recursive: true, force: true })
  }
}

async function ingestAndAsk(client: DemoClient): Promise<DemoRow[]> {
  progress(`Signals runs at ${client.url}, with an empty data directory.\n`)
  const rows: DemoRow[] = []
  for (const [position, subject] of demoSubjects.entries()) {
    progress(`[${position + 1}/${demoSubjects.length}] ${subject.title}`)
    const graph = await postGraph(client, subject)
    progress(`      could be called: ${graph.nodeCount} functions, ${graph.edgeCount} calls  (${graph.callgraphId})`)
    const trace = await postTrace(client, subject, graph.callgraphId)
    progress(
      `      was called:      ${trace.uniqueSymbols} functions, ${trace.totalHits} times, ${trace.unmatchedSymbols} of them in no graph`,
    )
    rows.push(...(await rowsOf(client, subject, graph)))
  }
  return rows
}

function report(rows: readonly DemoRow[]): string {
  const isColoured = process.stdout.isTTY
  const blocks = [...new Set(rows.map(({ subject }) => subject))].map((subject) => {
    const own = rows.filter((row) => row.subject === subject)
    return `\n${subject}\n${tableOf(own, isColoured)}`
  })
  return [...blocks, goingOn].join('\n')
}

async function keepRunning({ url }: DemoClient): Promise<void> {
  progress(`\n${url} stays up until you press Ctrl-C. Try: curl '${url}/signals/facts'`)
  await new Promise<void>((resolve) => {
    process.once('SIGINT', () => resolve())
    process.once('SIGTERM', () => resolve())
  })
}

/** Progress goes to standard error, so that the table alone is the output. */
function progress(text: string): void {
  process.stderr.write(`${text}\n`)
}
