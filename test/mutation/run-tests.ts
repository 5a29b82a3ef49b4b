import { type ChildProcess, spawn } from 'node:child_process'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'

/** `title` is that of the first test that failed, or tells how the run ended without a test to blame. */
export type Outcome =
  | { readonly kind: 'passed' }
  | { readonly kind: 'failed'; readonly title: string }
  | { readonly kind: 'timed-out' }

export interface TestRun {
  readonly directory: string
  readonly tests: readonly string[]
  readonly limitMs: number
  /** Ends whatever runs. */
  readonly signal: AbortSignal
}

const Report = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      assertionResults: z.array(z.object({ status: z.string(), fullName: z.string() })),
    }),
  ),
})

// No cache, since a fault must never be missed because of one.
const options = ['run', '--root=.', '--config=test/mutation/vitest.config.ts', '--cache=false', '--fsModuleCache=false']

export async function runTests({ directory, tests, limitMs, signal }: TestRun): Promise<Outcome> {
  const report = join(directory, 'report', 'tests.json')
  await rm(report, { force: true })
  const child = spawn(process.execPath, [join(directory, 'node_modules/vitest/vitest.mjs'), ...options, ...tests], {
    cwd: directory,
    stdio: 'ignore',
    // Its own group, so that a test that never ends dies with all that it started.
    detached: true,
  })
  const code = await endOf(child, AbortSignal.any([signal, AbortSignal.timeout(limitMs)]))
  signal.throwIfAborted()
  if (code === 'killed') return { kind: 'timed-out' }
  if (code === 0) return { kind: 'passed' }
  return { kind: 'failed', title: await firstFailure(report, code) }
}

async function endOf(child: ChildProcess, signal: AbortSignal): Promise<number | 'killed' | null> {
  const { promise, resolve, reject } = Promise.withResolvers<number | null>()
  child.once('error', reject)
  child.once('close', resolve)
  const kill = (): void => {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
  }
  signal.addEventListener('abort', kill, { once: true })
  try {
    const code = await promise
    return signal.aborted ? 'killed' : code
  } finally {
    signal.removeEventListener('abort', kill)
  }
}

async function firstFailure(report: string, code: number | null): Promise<string> {
  const text = await readFile(report, 'utf8').catch(() => undefined)
  if (text === undefined) return `no report, exit code ${code}`
  const files = Report.parse(JSON.parse(text)).testResults
  const failed = files.flatMap(({ assertionResults }) => assertionResults.filter(({ status }) => status === 'failed'))
  const [first] = failed
  return first?.fullName ?? files.find(({ status }) => status === 'failed')?.name ?? `no failed test, exit code ${code}`
}
