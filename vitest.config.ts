import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    maxWorkers: 3, // also on two cores: a file mostly waits for the engine or the browser
    pool: 'forks', // a process for each file: mongoose's connection and the pepper are one per process
    globalSetup: ['test/global-setup.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
})
