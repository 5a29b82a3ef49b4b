import type { Db, IndexDescription } from 'mongodb'

/**
 * The schema, step by step: position n brings a database from version n to n + 1. Several replicas may run a step at once,
 * and one that died in a step runs it again, so each can be repeated. A step that was released is never edited.
 */
export const migrations: readonly ((db: Db) => Promise<void>)[] = [
  createCollections,
  createDeadLetters,
  createUnionBundles,
  createHistory,
  createErasures,
]

/** What a query filters or sorts by is a member of its document and has an index; the rest is JSON in one member. */
async function createCollections(db: Db): Promise<void> {
  await Promise.all(Object.entries(indexes).map(([name, keys]) => db.collection(name).createIndexes([...keys])))
}

const indexes: Readonly<Record<string, readonly IndexDescription[]>> = {
  evidence: [
    { key: { tenant: 1, id: 1 }, unique: true },
    {
      key: { tenant: 1, 'claim.scope': 1, 'claim.key': 1 },
      unique: true,
      partialFilterExpression: { 'claim.key': { $exists: true } },
    },
    {
      key: { isPending: 1, tenant: 1, subjectKey: 1, arrivedAt: 1, receivedAt: 1 },
      partialFilterExpression: { isPending: true },
    },
  ],
  callgraphs: [
    { key: { tenant: 1, callgraphId: 1 }, unique: true },
    { key: { tenant: 1, component: 1, version: 1, callgraphId: 1 } },
    { key: { tenant: 1, graphHash: 1 } },
  ],
  callgraphLinks: [
    { key: { tenant: 1, kind: 1, value: 1, callgraphId: 1 }, unique: true },
    { key: { tenant: 1, callgraphId: 1 } },
  ],
  facts: [
    { key: { tenant: 1, subjectOrder: 1 }, unique: true },
    { key: { tenant: 1, aliases: 1, subjectOrder: 1 } },
    { key: { tenant: 1, 'fact.callgraphIds': 1, subjectOrder: 1 } },
    { key: { oldestEventAt: 1 }, partialFilterExpression: { oldestEventAt: { $exists: true } } },
  ],
  foldLeases: [{ key: { tenant: 1, subjectKey: 1 }, unique: true }],
  events: [
    { key: { tenant: 1, number: 1 }, unique: true },
    { key: { tenant: 1, eventId: 1 }, unique: true },
  ],
  eventHeads: [{ key: { tenant: 1 }, unique: true }],
  textParts: [{ key: { tenant: 1, set: 1, part: 1 }, unique: true }],
}

async function createDeadLetters(db: Db): Promise<void> {
  await db
    .collection('deadLetters')
    .createIndexes([
      { key: { tenant: 1, eventId: 1 }, unique: true },
      { key: { tenant: 1, deadAt: 1, factVersion: 1, eventId: 1 } },
      { key: { deadAt: 1, factVersion: 1, eventId: 1 }, partialFilterExpression: { isTold: false } },
    ])
}

async function createUnionBundles(db: Db): Promise<void> {
  await db.collection('unionBundles').createIndexes([{ key: { tenant: 1, analysisId: 1 }, unique: true }])
}

/** What a fact was made of, in the order in which it is made again, and every version that it has had. */
async function createHistory(db: Db): Promise<void> {
  await db.collection('evidence').createIndexes([
    {
      key: { tenant: 1, subjectKey: 1, factVersion: 1, arrivedAt: 1, id: 1 },
      partialFilterExpression: { isPending: false },
    },
  ])
  await db
    .collection('factVersions')
    .createIndexes([
      { key: { tenant: 1, subjectOrder: 1, version: 1 }, unique: true },
      { key: { tenant: 1, subjectOrder: 1, digest: 1, version: 1 } },
    ])
}

async function createErasures(db: Db): Promise<void> {
  await db
    .collection('erasures')
    .createIndexes([{ key: { tenant: 1, id: 1 }, unique: true }, { key: { tenant: 1, subjectKey: 1, isOpen: 1 } }])
}
