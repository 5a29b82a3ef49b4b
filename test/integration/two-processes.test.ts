import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { EventFollower } from '../support/event-follower.ts'
import { EvidenceClient, postSmallGraph, readFact, versionsOf, versionsUpTo } from '../support/evidence-client.ts'
import { type ServiceProcess, startServiceProcess, temporaryDirectory } from '../support/service-process.ts'

// Two processes on one SQLite file and one CAS directory. Which of them does what is left to chance on purpose.

let directory: Awaited<ReturnType<typeof temporaryDirectory>>
let both: readonly [ServiceProcess, ServiceProcess]
let callgraphId: string

beforeAll(async () => {
  directory = await temporaryDirectory()
  const data = join(directory.path, 'data')
  // At once: either may be the one that makes the file.
  both = await Promise.all([startServiceProcess(data), startServiceProcess(data)])
  callgraphId = (await postSmallGraph(both[0].url, 'first')).callgraphId
})

afterAll(async () => {
  const ends = await Promise.all(
    both.map(async (service) => {
      await service.kill('SIGTERM')
      return service.exited
    }),
  )
  await directory[Symbol.asyncDispose]()
  expect(ends).toEqual([
    { code: 0, signal: null },
    { code: 0, signal: null },
  ])
  expect(both.flatMap(({ log }) => log).filter((line) => /"level":"(error|fatal)"|SQLITE/.test(line))).toEqual([])
})

function serviceAt(position: number): ServiceProcess {
  return both[position % 2 === 0 ? 0 : 1]
}

function clientOf(subject: string): EvidenceClient {
  return new EvidenceClient({ callgraphId, subject })
}

async function bothFacts(subject: string) {
  return await Promise.all(both.map(({ url }) => readFact(url, subject)))
}

test('a graph posted to both at once is one graph, and made by one of them', async () => {
  const posted = await Promise.all(
    [0, 1, 2, 3].map((post) => postSmallGraph(serviceAt(post).url, `graph-${post}`, 'raced')),
  )
  const [{ callgraphId: id } = { callgraphId: '' }] = posted
  expect(posted.map((answer) => answer.callgraphId)).toEqual([id, id, id, id])
  expect(posted.map(({ status }) => status).sort()).toEqual(['created', 'unchanged', 'unchanged', 'unchanged'])
  const known = await fetch(`${both[0].url}/signals/callgraphs/${id}`)
  const { subjectKeys } = (await known.json()) as { subjectKeys: string[] }
  expect(subjectKeys).toEqual(['graph-0', 'graph-1', 'graph-2', 'graph-3'])
})

test('batches of the same and of other subjects, through both at once, all count once', async () => {
  const subjects = ['shared', 'shared', 'shared', 'apart-1', 'apart-2']
  const lanes = subjects.flatMap((subject, position) => [0, 1].map((side) => ({ subject, lane: position * 2 + side })))
  const batchesPerLane = 12
  const statuses = await Promise.all(
    lanes.map(async ({ subject, lane }) => {
      const answered: number[] = []
      for (let batch = 0; batch < batchesPerLane; batch += 1) {
        const symbols = ['a', `of-lane-${lane}`]
        // The last is awaited: what its fold finds is all that came before it.
        const isAwaited = batch % 4 === 3
        const response = await clientOf(subject).send(serviceAt(lane).url, {
          key: `${lane}-${batch}`,
          symbols,
          isAwaited,
        })
        await response.text()
        answered.push(response.status)
      }
      return answered
    }),
  )
  expect(new Set(statuses.flat())).toEqual(new Set([202]))

  for (const subject of new Set(subjects)) {
    await clientOf(subject).post(serviceAt(1).url, { key: `${subject}-last`, symbols: ['last'], isAwaited: true })
    const [one, other] = await bothFacts(subject)
    expect(other).toEqual(one)
    const own = lanes.filter((lane) => lane.subject === subject)
    const perLane = own.map(({ lane }) => [`of-lane-${lane}`, batchesPerLane])
    expect(one).toMatchObject({ pending: 0 })
    expect(one!.hits).toEqual({ a: own.length * batchesPerLane, last: 1, ...Object.fromEntries(perLane) })
    for (const { url } of both) {
      await using follower = await EventFollower.open(url)
      const events = await follower.until(subject, (own) => versionsOf(own).includes(one!.version))
      expect(versionsOf(events)).toEqual(versionsUpTo(one!.version))
      expect(events.at(-1)!.digest).toBe(one!.digest)
    }
  }
})

test('what one has folded, the other reads at once, though it had the fact before in its cache', async () => {
  const client = clientOf('read-at-once')
  await client.post(serviceAt(0).url, { key: 'read-0', symbols: ['a'], isAwaited: true })
  for (let batch = 1; batch <= 20; batch += 1) {
    await bothFacts('read-at-once')
    const writer = serviceAt(batch)
    const response = await client.send(writer.url, { key: `read-${batch}`, symbols: ['a'], isAwaited: true })
    const { fact } = (await response.json()) as { fact: { version: number; digest: string } }
    const read = await readFact(serviceAt(batch + 1).url, 'read-at-once')
    expect(read).toMatchObject({ hits: { a: batch + 1 }, version: fact.version, digest: fact.digest, pending: 0 })
  }
})

test('who follows the events of one sees those that the other relayed', async () => {
  const followed = both[1]
  await using follower = await EventFollower.open(followed.url)
  const client = clientOf('followed')
  const isRelayedBy = (service: ServiceProcess, id: string): boolean =>
    service.log.some((line) => line.includes('"fact updated"') && line.includes(id))
  let seenFromOther = 0
  for (let batch = 0; seenFromOther === 0; batch += 1) {
    await client.post(both[0].url, { key: `followed-${batch}`, symbols: ['a'], isAwaited: true })
    const events = await follower.until('followed', (own) => own.length > batch)
    expect(versionsOf(events)).toEqual(versionsUpTo(batch + 1))
    // Either may relay any event; by far the most are relayed where they were made.
    if (!isRelayedBy(followed, events[batch]!.event_id)) seenFromOther += 1
  }
})

test('a key raced across both counts once, and the other answer is its replay', async () => {
  const client = clientOf('raced')
  const rounds = 25
  for (let round = 0; round < rounds; round += 1) {
    const batch = { key: `raced-${round}`, symbols: ['a', 'b'] }
    const responses = await Promise.all(both.map(({ url }) => client.send(url, batch)))
    const answers = await Promise.all(
      responses.map(async (response) => (await response.json()) as { receiptId: string }),
    )
    const replays = responses.filter(({ headers }) => headers.get('idempotent-replay') === 'true')
    expect(new Set(responses.map(({ status }) => status))).toEqual(new Set([200, 202]))
    expect(replays.map(({ status }) => status)).toEqual([200])
    expect(answers[0]!.receiptId).toBe(answers[1]!.receiptId)
  }
  await client.post(both[0].url, { key: 'raced-last', symbols: ['last'], isAwaited: true })
  expect((await bothFacts('raced')).map(({ hits }) => hits)).toEqual([
    { a: rounds, b: rounds, last: 1 },
    { a: rounds, b: rounds, last: 1 },
  ])
})

test('of two bodies that race under one key across both, one is kept and the other refused', async () => {
  const client = clientOf('two-bodies')
  for (let round = 0; round < 10; round += 1) {
    const responses = await Promise.all(
      both.map(({ url }, side) => client.send(url, { key: `two-bodies-${round}`, symbols: [`side-${side}`] })),
    )
    expect(new Set(responses.map(({ status }) => status))).toEqual(new Set([202, 422]))
  }
  await client.post(both[1].url, { key: 'two-bodies-last', symbols: ['last'], isAwaited: true })
  const { hits } = await readFact(both[0].url, 'two-bodies')
  expect((hits['side-0'] ?? 0) + (hits['side-1'] ?? 0)).toBe(10)
})

test('what a process acknowledged before it died is folded by the other with its next batch', async () => {
  const data = join(directory.path, 'survivor')
  const survivor = await startServiceProcess(data)
  const client = new EvidenceClient({ callgraphId, subject: 'survived' })
  await postSmallGraph(survivor.url, 'survived')
  const dying = await startServiceProcess(data, { SIGNALS__TESTING__FAIL_POINTS: 'before-mark' })
  let keys = 0
  while (await client.post(dying.url, { key: `dying-${keys}`, symbols: ['a'] })) keys += 1
  expect((await dying.exited).signal).toBe('SIGKILL')
  // What was sent and not acknowledged is sent again, to whoever is left.
  await client.post(survivor.url, { key: `dying-${keys}`, symbols: ['a'] })
  await client.post(survivor.url, { key: 'survived-last', symbols: ['a'], isAwaited: true })
  expect((await readFact(survivor.url, 'survived')).hits).toEqual({ a: keys + 2 })
  await survivor.kill('SIGTERM')
})
