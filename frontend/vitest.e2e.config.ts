import { defineConfig } from 'vitest/config'

/**
 * Paths of a user in a real browser: against BASE_URL when it is set, against the built app and the fixture server otherwise. Half of
 * the time is waiting, so two files run at a time; those of a real bank would see each other.
 */
const isRealBank = process.env.BASE_URL?.startsWith('http') ?? false

export default defineConfig({
  test: {
    include: ['tests/{e2e,real,screenshots}/**/*.test.ts'],
    globalSetup: ['tests/e2e/global-setup.ts'],
    environment: 'node',
    fileParallelism: !isRealBank,
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
})
