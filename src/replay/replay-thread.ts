import { createReadStream } from 'node:fs'
import { Staging } from '../cas/staging.ts'
import { type Transferred, transferring } from '../lib/error-transfer.ts'
import type { BundleLimits } from './open-bundle.ts'
import { type Replay, replayBundle } from './replay-bundle.ts'

// A diagnostic report tells of each thread's environment, which is mostly secrets.
process.report.excludeEnv = true

export interface ReplayJob {
  readonly stagingDirectory: string
  readonly limits: BundleLimits
  /** The bundle as it was uploaded. */
  readonly path: string
  readonly storedLength: number
}

/** Runs in a worker thread: to read graphs and score them again takes longer than the event loop may wait. */
export async function replay({
  stagingDirectory,
  limits,
  path,
  storedLength,
}: ReplayJob): Promise<Transferred<Replay>> {
  const staging = await Staging.open(stagingDirectory)
  return await transferring(() => replayBundle({ staging, limits }, { stored: createReadStream(path), storedLength }))
}
