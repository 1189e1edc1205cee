import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'forks',
    maxWorkers: 2,
    // files share the modules that are loaded, which took 0.4 s for each; none of them replaces a module
    isolate: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
