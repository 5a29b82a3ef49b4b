import { SqliteDeadLetters } from '../../../src/events/sqlite-dead-letters.ts'
import { keepsDeadLettersContract } from '../../contract/dead-letters.ts'
import { openTwoReplicas } from '../../support/temporary-sqlite.ts'

keepsDeadLettersContract('SQLite', async () => {
  const { one, other, close } = await openTwoReplicas()
  return { letters: new SqliteDeadLetters(one), replica: new SqliteDeadLetters(other), close }
})
