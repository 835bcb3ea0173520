import { defineConfig } from 'vitest/config'

/** Paths of a user in a real browser: against BASE_URL when it is set, against the built app and the fixture server otherwise. */
export default defineConfig({
  test: {
    include: ['tests/{e2e,screenshots}/**/*.test.ts'],
    globalSetup: ['tests/e2e/global-setup.ts'],
    environment: 'node',
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
})
