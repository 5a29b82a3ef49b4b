import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads'
import { openForWriting } from './connection.ts'
import { GroupCommit } from './group-commit.ts'
import type { WriterReply, WriterRequest } from './writer-messages.ts'

// A diagnostic report tells of each thread's environment, which is mostly secrets.
process.report.excludeEnv = true

/** Bounds how long the first unit of a group waits for the last. */
const maxUnitsPerCommit = 512

if (parentPort) serve(parentPort, workerData)

/** Commits whatever has arrived since the last commit, as one group, until it is told to close. */
function serve(port: MessagePort, path: string): void {
  const database = openForWriting(path)
  const group = new GroupCommit(database)
  port.on('message', (first: WriterRequest) => {
    const { writes, isClosing } = takeWaiting(port, first)
    if (writes.length > 0) port.postMessage(commitAll(group, writes))
    if (!isClosing) return
    database.close()
    port.close()
  })
}

type WriteRequest = Extract<WriterRequest, { kind: 'write' }>

function takeWaiting(port: MessagePort, first: WriterRequest): { writes: WriteRequest[]; isClosing: boolean } {
  const writes: WriteRequest[] = []
  let next: WriterRequest | undefined = first
  while (next) {
    if (next.kind === 'close') return { writes, isClosing: true }
    writes.push(next)
    if (writes.length === maxUnitsPerCommit) break
    next = receiveMessageOnPort(port)?.message
  }
  return { writes, isClosing: false }
}

function commitAll(group: GroupCommit, writes: readonly WriteRequest[]): WriterReply {
  const outcomes = group.commit(writes.map(({ unit }) => unit))
  return { outcomes: writes.flatMap(({ id }, position) => outcomeOf(id, outcomes[position])) }
}

function outcomeOf(
  id: number,
  outcome: WriterReply['outcomes'][number]['outcome'] | undefined,
): WriterReply['outcomes'] {
  return outcome ? [{ id, outcome }] : []
}
