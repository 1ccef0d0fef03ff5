import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    maxWorkers: 3, // also on two cores: a file mostly waits for the engine or the browser
    isolate: false, // a process runs many files, one after the other: loading the libraries for each took longer than the tests
    pool: 'forks', // processes that share nothing: mongoose's connection and the pepper are one per process
    globalSetup: ['test/global-setup.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
})
