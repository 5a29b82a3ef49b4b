import { SqliteEvidenceQueue } from '../../../src/evidence/sqlite-evidence-queue.ts'
import { keepsEvidenceQueueContract } from '../../contract/evidence-queue.ts'
import { openTwoReplicas } from '../../support/temporary-sqlite.ts'

keepsEvidenceQueueContract('SQLite', async () => {
  const { one, other, close } = await openTwoReplicas()
  return { queue: new SqliteEvidenceQueue(one), replica: new SqliteEvidenceQueue(other), close }
})
