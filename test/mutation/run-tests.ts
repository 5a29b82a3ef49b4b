import { type ChildProcess, spawn } from 'node:child_process'
import { mkdir, readFile, rm } from 'node:fs/promises'
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

// One worker a run, since several runs go on side by side; no cache, since a fault must never be read from one.
const options = ['--bail=1', '--maxWorkers=1', '--isolate=false', '--cache=false', '--fsModuleCache=false']

export async function runTests({ directory, tests, limitMs }: TestRun): Promise<Outcome> {
  const report = join(directory, 'report', 'tests.json')
  await mkdir(join(directory, 'report'), { recursive: true })
  await rm(report, { force: true })
  const vitest = join(directory, 'node_modules', 'vitest', 'vitest.mjs')
  const reporting = ['--reporter=json', `--outputFile=${report}`]
  const child = spawn(process.execPath, [vitest, 'run', ...options, ...reporting, ...tests], {
    cwd: directory,
    stdio: 'ignore',
    // Its own group, so that a test that never ends dies with all that it started.
    detached: true,
  })
  const code = await endOf(child, limitMs)
  if (code === 'timed-out') return { kind: 'timed-out' }
  if (code === 0) return { kind: 'passed' }
  return { kind: 'failed', title: await firstFailure(report, code) }
}

async function endOf(child: ChildProcess, limitMs: number): Promise<number | 'timed-out' | null> {
  let isLate = false
  const timer = setTimeout(() => {
    isLate = true
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
  }, limitMs)
  const { promise, resolve, reject } = Promise.withResolvers<number | null>()
  child.once('error', reject)
  child.once('close', resolve)
  try {
    const code = await promise
    return isLate ? 'timed-out' : code
  } finally {
    clearTimeout(timer)
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
