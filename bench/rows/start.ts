import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { alternate, millisecondsOf } from '../support/alternate.ts'
import { type BenchRow, type Claim, resultOf } from '../support/claim.ts'
import { listeningUrl, serviceEnvironment } from '../support/server-process.ts'

const claim: Claim = {
  row: 12,
  claim: 'start to /readyz 200 with an empty store',
  against: 'node -e 0',
  bar: 12,
  better: 'lower',
}

const mainFile = join(import.meta.dirname, '../../src/main.ts')

export const start: BenchRow = {
  name: 'start',
  async *measure() {
    const measured = await alternate({ ours: startOnce, baseline: () => millisecondsOf(startNode) })
    yield resultOf(claim, { unit: 'ms', ...measured })
  },
}

async function startNode(): Promise<void> {
  await once(spawn(process.execPath, ['-e', '0'], { env: {}, stdio: 'ignore' }), 'exit')
}

async function startOnce(): Promise<number> {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'signals-bench-'))
  const begun = performance.now()
  const child = spawn(process.execPath, [mainFile], {
    env: serviceEnvironment(dataDirectory),
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = once(child, 'exit')
  try {
    const { status } = await fetch(`${await listeningUrl(child)}/readyz`)
    if (status !== 200) throw new Error(`not ready: ${status}`)
    return performance.now() - begun
  } finally {
    child.kill('SIGKILL')
    await exited
    await rm(dataDirectory, { recursive: true, force: true })
  }
}
