// How the tests run: only what stands under test/, with the package reachable under its own name.
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { listEntries } from './scripts/entries.mjs'

export default defineConfig({
  resolve: {
    alias: listEntries().map(({ name, source }) => ({
      find: new RegExp(`^${name}$`),
      replacement: fileURLToPath(new URL(source, import.meta.url)),
    })),
  },
  test: {
    include: ['test/**/*.test.ts'],
    environment: 'node',
    // Most tests wait for sockets and timers, so that two workers do well even on two cores.
    maxWorkers: 2,
    testTimeout: 15_000,
    restoreMocks: true,
    unstubEnvs: true,
    unstubGlobals: true,
  },
})
