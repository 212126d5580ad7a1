// Directories for the stores of a test, gone when it ends.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

/** A directory of its own, removed at the end of the test. */
export function freshDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'byok-store-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}
