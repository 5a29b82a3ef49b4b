import { DatabaseSync } from 'node:sqlite'
import { isBusy } from './store-errors.ts'

/** SQLite itself waits this long for another process before it says busy. */
const busyTimeoutMs = 10_000

/** The one kind of connection that writes: WAL, and synced at every commit, so that a commit survives a loss of power. */
export function openForWriting(path: string): DatabaseSync {
  const database = new DatabaseSync(path, { timeout: busyTimeoutMs })
  // Two processes that open a new file at once: the switch to WAL needs the file alone, and does not always wait for it.
  retryWhileBusy(() => database.exec('PRAGMA journal_mode = WAL'))
  database.exec('PRAGMA synchronous = FULL')
  // Darwin's fsync leaves data in the drive's cache; elsewhere these two do nothing.
  database.exec('PRAGMA fullfsync = ON; PRAGMA checkpoint_fullfsync = ON')
  // After a burst the log file shrinks again.
  database.exec('PRAGMA journal_size_limit = 67108864')
  return database
}

export function openForReading(path: string): DatabaseSync {
  return new DatabaseSync(path, { timeout: busyTimeoutMs, readOnly: true })
}

const retryPausesMs = [5, 20, 80, 320, 1_000, 2_000]

/** Blocks its thread between tries, so only the writer's thread and the start of the process may use it. */
export function retryWhileBusy<Result>(operation: () => Result, pausesMs: readonly number[] = retryPausesMs): Result {
  for (const pauseMs of pausesMs) {
    try {
      return operation()
    } catch (error) {
      if (!isBusy(error)) throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pauseMs)
    }
  }
  return operation()
}
