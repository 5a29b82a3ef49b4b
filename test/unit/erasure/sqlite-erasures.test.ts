import { SqliteErasures } from '../../../src/erasure/sqlite-erasures.ts'
import { keepsErasuresContract } from '../../contract/erasures.ts'
import { openTwoReplicas } from '../../support/temporary-sqlite.ts'

keepsErasuresContract('SQLite', async () => {
  const { one, other, close } = await openTwoReplicas()
  return { erasures: new SqliteErasures(one), replica: new SqliteErasures(other), close }
})
