import { MongoCallgraphRepository } from '../callgraphs/mongo-callgraph-repository.ts'
import type { Config } from '../config.ts'
import { MongoErasures } from '../erasure/mongo-erasures.ts'
import { MongoDeadLetters } from '../events/mongo-dead-letters.ts'
import { MongoEventLog } from '../events/mongo-event-log.ts'
import { MongoEvidenceQueue } from '../evidence/mongo-evidence-queue.ts'
import { MongoFactRepository } from '../facts/mongo-fact-repository.ts'
import { MongoFactVersions } from '../facts/mongo-fact-versions.ts'
import { MongoInventory } from '../integrity/mongo-inventory.ts'
import { openMongo } from '../mongo/open-mongo.ts'
import { MongoUnionBundleRepository } from '../union-bundles/mongo-union-bundle-repository.ts'
import type { OpenedRecords } from './records.ts'

/** The adapters of MongoDB, over one connection. */
export async function openMongoRecords(config: Config, opened: AsyncDisposableStack): Promise<OpenedRecords> {
  const mongo = opened.adopt(await openMongo(config.mongo), (connection) => connection.close())
  return {
    records: {
      queue: new MongoEvidenceQueue(mongo),
      callgraphs: new MongoCallgraphRepository(mongo),
      bundles: new MongoUnionBundleRepository(mongo),
      facts: new MongoFactRepository(mongo),
      versions: new MongoFactVersions(mongo),
      eventLog: new MongoEventLog(mongo),
      deadLetters: new MongoDeadLetters(mongo),
      inventory: new MongoInventory(mongo),
      erasures: new MongoErasures(mongo),
    },
    check: { name: 'mongo', isEssential: true, check: () => mongo.check() },
  }
}
