import { SqliteFactVersions } from '../../../src/facts/sqlite-fact-versions.ts'
import { keepsFactVersionsContract } from '../../contract/fact-versions.ts'
import { openTwoReplicas } from '../../support/temporary-sqlite.ts'

keepsFactVersionsContract('SQLite', async () => {
  const { one, other, close } = await openTwoReplicas()
  return { versions: new SqliteFactVersions(one), replica: new SqliteFactVersions(other), close }
})
