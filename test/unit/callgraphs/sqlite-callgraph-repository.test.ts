import { SqliteCallgraphRepository } from '../../../src/callgraphs/sqlite-callgraph-repository.ts'
import { keepsCallgraphRepositoryContract } from '../../contract/callgraph-repository.ts'
import { openTwoReplicas } from '../../support/temporary-sqlite.ts'

keepsCallgraphRepositoryContract('SQLite', async () => {
  const { one, other, close } = await openTwoReplicas()
  return { callgraphs: new SqliteCallgraphRepository(one), replica: new SqliteCallgraphRepository(other), close }
})
