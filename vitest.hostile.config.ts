import { defineConfig } from 'vitest/config'
import { readHostileOptions } from './test/hostile/options.ts'

/** What an attacker would try on the whole service, at length: `test/hostile/run.ts` says how long. */
export default defineConfig({
  test: {
    include: ['test/hostile/**/*.test.ts'],
    provide: { hostile: readHostileOptions(process.env) },
    sequence: { shuffle: { files: true, tests: true } },
    // Each file loads the service on its own, and some measure it.
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 60_000,
    pool: 'forks',
  },
})
