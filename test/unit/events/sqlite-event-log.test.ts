import { SqliteEventLog } from '../../../src/events/sqlite-event-log.ts'
import { keepsEventLogContract } from '../../contract/event-log.ts'
import { openTwoReplicas } from '../../support/temporary-sqlite.ts'

keepsEventLogContract('SQLite', async () => {
  const { one, other, close } = await openTwoReplicas()
  return { log: new SqliteEventLog(one), replica: new SqliteEventLog(other), close }
})
