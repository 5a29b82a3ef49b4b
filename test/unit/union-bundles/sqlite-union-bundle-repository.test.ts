import { SqliteUnionBundleRepository } from '../../../src/union-bundles/sqlite-union-bundle-repository.ts'
import { keepsUnionBundleRepositoryContract } from '../../contract/union-bundle-repository.ts'
import { openTwoReplicas } from '../../support/temporary-sqlite.ts'

keepsUnionBundleRepositoryContract('SQLite', async () => {
  const { one, other, close } = await openTwoReplicas()
  return { bundles: new SqliteUnionBundleRepository(one), replica: new SqliteUnionBundleRepository(other), close }
})
