import { defineConfig } from 'vitest/config'

// biome-ignore lint/style/noDefaultExport: this is where vitest looks for it
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/mutation/same-values.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: 'forks',
    // Several runs go on side by side, so each has one worker; files of one area do not disturb each other in it.
    maxWorkers: 1,
    isolate: false,
    bail: 1,
    reporters: ['json'],
    outputFile: 'report/tests.json',
  },
})
