// Runs the suite for stores over the embedded ones.
import { join } from 'node:path'
import { fileStore } from 'byok-handler/stores/file'
import { FakeClock, storeConformance } from 'byok-handler/testing'
import { describe, it } from 'vitest'
import { memoryStore } from '../../src/stores/memory.js'
import { freshDirectory } from './directory.js'

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

describe.each([{ sync: 'os', segmentBytes: 4_096 }, { sync: 'always' }] as const)(
  'file with $sync, segments of $segmentBytes',
  (options) => {
    let clock = new FakeClock()
    let directory = ''
    const open = () => fileStore({ directory, clock, ...options })
    const cases = storeConformance({
      open: () => {
        clock = new FakeClock()
        directory = join(freshDirectory(), 'made', 'on', 'the', 'way')
        return open()
      },
      reopen: async (store) => {
        await store.close()
        return open()
      },
      advance: (ms) => clock.advance(ms),
      date: () => clock.date(),
    })
    for (const { name, run } of cases) it(name, run)
  },
)
