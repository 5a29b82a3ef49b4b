import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { alternate, millisecondsOf } from '../support/alternate.ts'
import { type BenchRow, type Claim, resultOf } from '../support/claim.ts'
import { listeningUrl, serviceEnvironment } from '../support/server-process.ts'
import { storeFacts } from '../support/store-facts.ts'

const claim: Claim = {
  row: 12,
  claim: 'start to /readyz 200 with an empty store',
  against: 'node -e 0',
  bar: 12,
  better: 'lower',
}

const withFacts: Claim = {
  row: 12,
  claim: 'start to /readyz 200 with 10,000 facts',
  against: 'the same with an empty store',
  bar: 1.2,
  better: 'lower',
}

const mainFile = join(import.meta.dirname, '../../src/main.ts')

export const start: BenchRow = {
  name: 'start',
  async *measure({ isFull }) {
    yield resultOf(claim, {
      unit: 'ms',
      ...(await alternate({ ours: startEmpty, baseline: () => millisecondsOf(startNode) })),
    })
    const directory = await temporaryDirectory()
    try {
      await storeFacts(directory, isFull ? 10_000 : 1_000)
      const measured = await alternate({ ours: () => startOn(directory), baseline: startEmpty })
      yield resultOf(withFacts, { unit: 'ms', ...measured, scaledDown: isFull ? undefined : '1,000 facts' })
    } finally {
      await remove(directory)
    }
  },
}

async function startNode(): Promise<void> {
  await once(spawn(process.execPath, ['-e', '0'], { env: {}, stdio: 'ignore' }), 'exit')
}

async function startEmpty(): Promise<number> {
  const directory = await temporaryDirectory()
  try {
    return await startOn(directory)
  } finally {
    await remove(directory)
  }
}

async function startOn(dataDirectory: string): Promise<number> {
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
  }
}

async function temporaryDirectory(): Promise<string> {
  return await mkdtemp(join(tmpdir(), 'signals-bench-'))
}

async function remove(directory: string): Promise<void> {
  await rm(directory, { recursive: true, force: true })
}
