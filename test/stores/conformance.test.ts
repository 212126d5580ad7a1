// Runs the suite for stores over the embedded ones.
import { FakeClock, storeConformance } from 'byok-handler/testing'
import { describe, it } from 'vitest'
import { memoryStore } from '../../src/stores/memory.js'

describe('memory', () => {
  let clock = new FakeClock()
  const cases = storeConformance({
    open: () => {
      clock = new FakeClock()
      return memoryStore({ clock })
    },
    advance: (ms) => clock.advance(ms),
    date: () => clock.date(),
  })
  for (const { name, run } of cases) it(name, run)
})
