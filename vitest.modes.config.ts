import { defineConfig } from 'vitest/config'
import { nameOf } from './test/support/modes/mode.ts'
import { runnableModes } from './test/support/modes/runnable-modes.ts'
import { testsOf } from './test/support/modes/tests-of-mode.ts'
import { s3Credentials } from './test/support/real-parts/versitygw.ts'

const modes = await runnableModes()

/** The whole service over HTTP on every mix of store, bus and content store but the embedded one, which `vitest.config.ts` has. */
export default defineConfig({
  test: {
    include: [],
    passWithNoTests: true,
    globalSetup: ['test/support/modes/start-servers.ts'],
    // Half of the time a test waits for a server's disk.
    maxWorkers: 2,
    projects: modes.map((mode) => ({
      test: {
        name: nameOf(mode),
        include: [...testsOf(mode)],
        setupFiles: ['test/support/modes/set-mode.ts'],
        provide: { mode },
        env: s3Credentials,
        sequence: { shuffle: { files: true, tests: true } },
        testTimeout: 60_000,
        hookTimeout: 60_000,
        pool: 'forks' as const,
      },
    })),
  },
})
