import { afterAll, beforeAll, describe } from 'vitest'
import { MongoCallgraphRepository } from '../../src/callgraphs/mongo-callgraph-repository.ts'
import { MongoErasures } from '../../src/erasure/mongo-erasures.ts'
import { MongoDeadLetters } from '../../src/events/mongo-dead-letters.ts'
import { MongoEventLog } from '../../src/events/mongo-event-log.ts'
import { MongoEvidenceQueue } from '../../src/evidence/mongo-evidence-queue.ts'
import { MongoFactRepository } from '../../src/facts/mongo-fact-repository.ts'
import { MongoFactVersions } from '../../src/facts/mongo-fact-versions.ts'
import { MongoInventory } from '../../src/integrity/mongo-inventory.ts'
import { MongoUnionBundleRepository } from '../../src/union-bundles/mongo-union-bundle-repository.ts'
import { keepsCallgraphRepositoryContract } from '../contract/callgraph-repository.ts'
import { keepsDeadLettersContract } from '../contract/dead-letters.ts'
import { keepsErasuresContract } from '../contract/erasures.ts'
import { keepsEventLogContract } from '../contract/event-log.ts'
import { keepsEvidenceQueueContract } from '../contract/evidence-queue.ts'
import { keepsFactRepositoryContract } from '../contract/fact-repository.ts'
import { keepsFactVersionsContract } from '../contract/fact-versions.ts'
import { keepsInventoryContract } from '../contract/inventory.ts'
import { keepsUnionBundleRepositoryContract } from '../contract/union-bundle-repository.ts'
import { type MongodKind, mongodProgram } from '../support/real-parts/mongod.ts'
import { openTwoMongoReplicas, type TwoMongoReplicas } from '../support/temporary-mongo.ts'

const kinds: readonly MongodKind[] = ['a standalone server', 'a replica set']

describe.skipIf(!mongodProgram).each(kinds)('on %s', (kind) => {
  let replicas: TwoMongoReplicas
  beforeAll(async () => {
    replicas = await openTwoMongoReplicas(kind)
  })
  afterAll(() => replicas.close())

  const close = (): Promise<void> => replicas.empty()

  keepsEvidenceQueueContract('MongoDB', async () => {
    const { one, other } = replicas
    return { queue: new MongoEvidenceQueue(one), replica: new MongoEvidenceQueue(other), close }
  })
  keepsCallgraphRepositoryContract('MongoDB', async () => {
    const { one, other } = replicas
    return { callgraphs: new MongoCallgraphRepository(one), replica: new MongoCallgraphRepository(other), close }
  })
  keepsUnionBundleRepositoryContract('MongoDB', async () => {
    const { one, other } = replicas
    return { bundles: new MongoUnionBundleRepository(one), replica: new MongoUnionBundleRepository(other), close }
  })
  keepsFactRepositoryContract('MongoDB', async () => {
    const { one, other } = replicas
    return { facts: new MongoFactRepository(one), replica: new MongoFactRepository(other), close }
  })
  keepsFactVersionsContract('MongoDB', async () => {
    const { one, other } = replicas
    return { versions: new MongoFactVersions(one), replica: new MongoFactVersions(other), close }
  })
  keepsErasuresContract('MongoDB', async () => {
    const { one, other } = replicas
    return { erasures: new MongoErasures(one), replica: new MongoErasures(other), close }
  })
  keepsEventLogContract('MongoDB', async () => {
    const { one, other } = replicas
    return { log: new MongoEventLog(one), replica: new MongoEventLog(other), close }
  })
  keepsInventoryContract('MongoDB', async () => {
    const { one, other } = replicas
    return {
      inventory: new MongoInventory(other),
      queue: new MongoEvidenceQueue(one),
      callgraphs: new MongoCallgraphRepository(one),
      bundles: new MongoUnionBundleRepository(one),
      facts: new MongoFactRepository(one),
      close,
    }
  })
  keepsDeadLettersContract('MongoDB', async () => {
    const { one, other } = replicas
    return { letters: new MongoDeadLetters(one), replica: new MongoDeadLetters(other), close }
  })
})
