import { SqliteFactRepository } from '../../../src/facts/sqlite-fact-repository.ts'
import { keepsFactRepositoryContract } from '../../contract/fact-repository.ts'
import { openTwoReplicas } from '../../support/temporary-sqlite.ts'

keepsFactRepositoryContract('SQLite', async () => {
  const { one, other, close } = await openTwoReplicas()
  return { facts: new SqliteFactRepository(one), replica: new SqliteFactRepository(other), close }
})
