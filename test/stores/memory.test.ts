// Tries what the memory store promises beyond the suite: its ledger, how much it keeps, and its pace.
import { FakeClock } from 'byok-handler/testing'
import { expect, it } from 'vitest'
import type { LedgerEntry } from '../../src/core/store.js'
import { charge, claim, day, holdOf, recordOf, recordsOf } from '../../src/stores/conformance/world.js'
import { memoryStore } from '../../src/stores/memory.js'
import { sumLedger } from './ledger-sums.js'
import { measurePace } from './pace.js'

it('D1: a thousand holds at once stay within $1, by the ledger it tells', async () => {
  const entries: LedgerEntry[] = []
  const store = memoryStore({ onEntry: (entry) => entries.push(entry) })
  const calls = Array.from({ length: 1_000 }, async (_, index) => {
    const id = `h${index}`
    const answer = await store.admit(
      holdOf(id, { claims: [claim(1_000_000_000, 1_000_000, 500)], most: 6_000 }),
    )
    if (answer.outcome !== 'admitted') return
    if (index % 5 === 0) await store.release(id)
    else await store.commit(id, charge(1_000_000 + answer.tokens * 300), recordOf(id))
  })
  await Promise.all(calls)
  const sum = (await sumLedger(entries)).get(day)
  const [counter] = await store.readCounters([day])
  expect(counter).toEqual({ committed: sum?.committed, held: 0 })
  expect(sum?.peak).toBeGreaterThan(900_000_000)
  expect(sum?.peak).toBeLessThanOrEqual(1_000_000_000)
})

it('tells its ledger in order: admit, expire, correct, release, commit', async () => {
  const clock = new FakeClock()
  const entries: LedgerEntry[] = []
  const store = memoryStore({ clock, onEntry: (entry) => entries.push(entry) })
  await store.admit(holdOf('a', { ttlMs: 1_000 }))
  await clock.advance(1_000)
  await store.commit('a', charge(30), recordOf('a'))
  await store.admit(holdOf('b'))
  await store.release('b')
  const change = (committed: number, held: number) => [{ counter: day, committed, held }]
  expect(entries).toEqual([
    { sequence: 1, operation: 'admit', id: 'a', changes: change(0, 100) },
    { sequence: 2, operation: 'expire', id: 'a', changes: change(100, -100) },
    { sequence: 3, operation: 'correct', id: 'a', changes: change(-70, 0) },
    { sequence: 4, operation: 'admit', id: 'b', changes: change(0, 100) },
    { sequence: 5, operation: 'release', id: 'b', changes: change(0, -100) },
  ])
})

it('US3: keeps the newest records, as many as it is told', async () => {
  const store = memoryStore({ keepRecords: 100 })
  for (let index = 0; index < 1_000; index++) {
    await store.admit(holdOf(`h${index}`))
    await store.commit(`h${index}`, charge(1), recordOf(`h${index}`))
  }
  const ids = (await recordsOf(store, {})).map(({ id }) => id)
  expect(ids).toEqual(Array.from({ length: 100 }, (_, index) => `h${999 - index}`))
  const none = memoryStore({ keepRecords: 0 })
  await none.admit(holdOf('a'))
  await none.commit('a', charge(1), recordOf('a'))
  expect(await recordsOf(none, {})).toEqual([])
})

it('a spent amount stops at the largest number that is exact, and blocks then', async () => {
  const store = memoryStore()
  const largest = Number.MAX_SAFE_INTEGER
  for (const id of ['a', 'b', 'c']) await store.admit(holdOf(id, { claims: [claim(undefined, 1)] }))
  await store.commit('a', charge(largest - 1), recordOf('a'))
  expect((await store.commit('b', charge(5), recordOf('b'))).counters).toEqual([
    { committed: largest, held: 1 },
  ])
  const answer = await store.admit(holdOf('d', { claims: [claim(largest, 0)] }))
  expect(answer.outcome).toBe('refused')
  const beyond = holdOf('e', { claims: [claim(undefined, largest)] })
  await expect(store.admit(beyond)).rejects.toMatchObject({ code: 'invalid-request', field: 'claims' })
})

it('forgets nothing of ten thousand settled ids, and bounds what it remembers', async () => {
  const store = memoryStore()
  for (let index = 0; index < 10_001; index++) {
    await store.admit(holdOf(`h${index}`))
    await store.release(`h${index}`)
  }
  expect((await store.release('h1')).outcome).toBe('repeated')
  expect((await store.release('h10000')).outcome).toBe('repeated')
  expect((await store.release('h0')).outcome).toBe('unknown')
})

it('refuses a number of records that is none', () => {
  for (const keepRecords of [-1, 0.5, Number.NaN]) {
    expect(() => memoryStore({ keepRecords })).toThrowError(expect.objectContaining({ code: 'config' }))
  }
})

it('answers nothing after it was closed', async () => {
  const store = memoryStore()
  await store.close()
  await expect(store.admit(holdOf('a'))).rejects.toMatchObject({
    code: 'store-unavailable',
    isRetryable: false,
  })
  await expect(recordsOf(store, {})).rejects.toMatchObject({ code: 'store-unavailable' })
})

it('takes microseconds for an attempt, also beside ten thousand open holds and a hundred thousand counters', async () => {
  const store = memoryStore({ keepRecords: 1_000 })
  for (let index = 0; index < 10_000; index++) {
    const claims = Array.from({ length: 10 }, (_, part) =>
      claim(undefined, 1, 0, `usd/user/u${index}/day/${part}`),
    )
    await store.admit(holdOf(`open${index}`, { claims }))
  }
  const { p50 } = await measurePace(store, 3_000)
  // Far above what is measured (about 5 µs): this catches work that grows with what is there, not a busy machine.
  expect(p50).toBeLessThan(200)
})
