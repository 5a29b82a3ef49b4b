import { SqliteCallgraphRepository } from '../../../src/callgraphs/sqlite-callgraph-repository.ts'
import { SqliteEvidenceQueue } from '../../../src/evidence/sqlite-evidence-queue.ts'
import { SqliteFactRepository } from '../../../src/facts/sqlite-fact-repository.ts'
import { SqliteInventory } from '../../../src/integrity/sqlite-inventory.ts'
import { SqliteUnionBundleRepository } from '../../../src/union-bundles/sqlite-union-bundle-repository.ts'
import { keepsInventoryContract } from '../../contract/inventory.ts'
import { openTwoReplicas } from '../../support/temporary-sqlite.ts'

keepsInventoryContract('SQLite', async () => {
  const { one, other, close } = await openTwoReplicas()
  return {
    inventory: new SqliteInventory(other),
    queue: new SqliteEvidenceQueue(one),
    callgraphs: new SqliteCallgraphRepository(one),
    bundles: new SqliteUnionBundleRepository(one),
    facts: new SqliteFactRepository(one),
    close,
  }
})
