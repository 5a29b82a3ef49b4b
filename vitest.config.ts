import { configDefaults, defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Long: `npm run test:hostile` runs them.
    exclude: [...configDefaults.exclude, 'test/hostile/**'],
    sequence: { shuffle: { files: true, tests: true } },
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: 'forks',
    // Every core: vitest keeps one back by default, which on two cores is half of them.
    maxWorkers: '100%',
    coverage: {
      provider: 'v8',
      reportOnFailure: true,
      include: ['src/**/*.ts'],
      reporter: ['text-summary', 'json-summary'],
      thresholds: { lines: 85 },
    },
  },
})
