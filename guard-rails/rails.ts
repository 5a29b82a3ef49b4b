import { commandRail } from './command-rail.ts'
import type { Rail } from './rail.ts'
import { secretRail } from './secrets.ts'
import { licenceRail, lockFileRail } from './supply-chain-rails.ts'

/** Everything that has to hold before a change lands, besides the tests. */
export const rails: readonly Rail[] = [
  secretRail,
  lockFileRail,
  licenceRail,
  commandRail(
    {
      name: 'architecture',
      guards: 'a file imports its own folder and rows above, and only those meant for it name a database',
      mend: 'move what is shared up a row, or hand it in as a function: docs/architecture.md',
    },
    ['vitest', 'run', '--reporter=dot', 'test/architecture.test.ts'],
  ),
  commandRail(
    {
      name: 'types',
      guards: 'what the types promise is what the code does',
      mend: '`npm run types` shows them alone',
    },
    ['tsc', '--noEmit'],
  ),
  commandRail(
    {
      name: 'format',
      guards: 'every file is written as the others are, so that a diff shows what has changed',
      mend: '`npm run format` mends most of it',
    },
    ['biome', 'check', '.'],
  ),
  commandRail(
    {
      name: 'lint',
      guards: 'no promise is left floating, no case of a switch forgotten, no known mistake made',
      mend: '`npm run lint` shows them alone; each names its rule',
    },
    ['oxlint', '--type-aware'],
  ),
]
