// The embedded stores as the model's random sequences want them: with a clock of their own, and crashes.
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import type { Clock } from '../../src/core/clock.js'
import type { LedgerEntry } from '../../src/core/store.js'
import { holdOf } from '../../src/stores/conformance/world.js'
import { fileStore, readLedger } from '../../src/stores/file.js'
import { memoryStore } from '../../src/stores/memory.js'
import type { StoreUnderModel } from './model.js'

/** A clock without timers: embedded stores set none by it. */
class HandClock implements Clock {
  #now = 0
  #date = Date.UTC(2026, 0, 1)
  now = (): number => this.#now
  date = (): number => this.#date
  random = (): number => 0.5
  timer = (): (() => void) => () => {}

  advance(ms: number): void {
    this.#now += ms
    this.#date += ms
  }

  jump(ms: number): void {
    this.#date += ms
  }
}

/** A memory store for the model. */
export async function modelledMemory(): Promise<StoreUnderModel> {
  const clock = new HandClock()
  const entries: LedgerEntry[] = []
  return {
    store: memoryStore({ clock, onEntry: (entry) => entries.push(entry) }),
    advance: (ms) => clock.advance(ms),
    jump: (ms) => clock.jump(ms),
    ledger: async () => entries,
  }
}

/**
 * A file store for the model. A crash leaves the old store as it is, and opens a copy of its files without its lock. The
 * segments are short, so that a sequence goes over several.
 */
export async function modelledFile(): Promise<StoreUnderModel> {
  const clock = new HandClock()
  const root = mkdtempSync(join(tmpdir(), 'byok-model-'))
  const open = (directory: string) => fileStore({ directory, clock, sync: 'os', segmentBytes: 8_192 })
  let directory = join(root, '0')
  const stores = [open(directory)]
  await stores[0]?.recovery()
  return {
    store: stores[0]!,
    advance: (ms) => clock.advance(ms),
    jump: (ms) => clock.jump(ms),
    crash: async () => {
      const next = join(root, String(stores.length))
      // Writes down what time it is: a new process knows no other, should the wall clock have been set back.
      await stores.at(-1)?.admit(holdOf(`before crash ${stores.length}`, { claims: [] }))
      await stores.at(-1)?.release(`before crash ${stores.length}`)
      cpSync(directory, next, { recursive: true, filter: (path) => !basename(path).startsWith('lock-') })
      directory = next
      const store = open(directory)
      stores.push(store)
      await store.recovery()
      return store
    },
    ledger: async () => {
      const entries: LedgerEntry[] = []
      for await (const entry of readLedger(directory)) entries.push(entry)
      return entries
    },
    dispose: async () => {
      await Promise.all(stores.map((store) => store.close()))
      rmSync(root, { recursive: true, force: true })
    },
  }
}
