// Tries what a file store promises beyond the suite: answers that wait for the disk, restarts, and its options.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { fileStore, readLedger } from 'byok-handler/stores/file'
import { FakeClock } from 'byok-handler/testing'
import { describe, expect, it, vi } from 'vitest'
import { charge, claim, day, holdOf, recordOf, recordsOf } from '../../../src/stores/conformance/world.js'
import { listSegments, segmentPath } from '../../../src/stores/file/segments.js'
import { freshDirectory } from '../directory.js'
import { sumLedger } from '../ledger-sums.js'

describe.each(['always', 'batch', 'os'] as const)('with sync %s', (sync) => {
  it('D1: a thousand holds, hundreds at once, stay within $1, by the ledger on the disk', async () => {
    const directory = freshDirectory()
    const store = fileStore({ directory, sync, segmentBytes: 16_384 })
    let spent = 0
    const call = async (id: string): Promise<void> => {
      const answer = await store.admit(
        holdOf(id, { claims: [claim(1_000_000_000, 1_000_000, 500)], most: 6_000 }),
      )
      if (answer.outcome !== 'admitted') return
      const cost = 100_000 + answer.tokens * 100
      await store.commit(id, charge(cost), recordOf(id, { cost }))
      spent += cost
    }
    await Promise.all(Array.from({ length: 400 }, (_, index) => call(`first ${index}`)))
    const worker = async (name: number): Promise<void> => {
      for (let index = 0; index < 20; index++) {
        // Out of step with the others, so that operations come while others are written.
        for (let turn = 0; turn < (name * 7 + index) % 5; turn++) await setImmediate()
        await call(`worker ${name}, ${index}`)
      }
    }
    await Promise.all(Array.from({ length: 50 }, (_, name) => worker(name)))
    expect(await store.readCounters([day])).toEqual([{ committed: spent, held: 0 }])
    await store.close()
    const sum = (await sumLedger(readLedger(directory))).get(day)
    expect(sum).toMatchObject({ committed: spent, held: 0 })
    expect(sum?.peak).toBeGreaterThan(900_000_000)
    expect(sum?.peak).toBeLessThanOrEqual(1_000_000_000)
    expect((await listSegments(directory)).length).toBeGreaterThan(3)
    const again = fileStore({ directory, sync })
    expect(await again.readCounters([day])).toEqual([{ committed: spent, held: 0 }])
    await again.close()
  })

  it('has written what it answers, before it answers', async () => {
    const directory = freshDirectory()
    const store = fileStore({ directory, sync })
    await store.admit(holdOf('first'))
    const text = (): string => readFileSync(segmentPath(directory, 1), 'utf8')
    expect(text()).toContain('"first"')
    await Promise.all(
      Array.from({ length: 20 }, async (_, index) => {
        await store.set('keys', `key ${index}`, 'x')
        expect(text()).toContain(`"key ${index}"`)
      }),
    )
    await store.close()
  })
})

it('answers what it has said already only once that is kept, too', async () => {
  const directory = freshDirectory()
  const store = fileStore({ directory, sync: 'batch' })
  await store.admit(holdOf('a'))
  const text = (): string => readFileSync(segmentPath(directory, 1), 'utf8')
  const first = store.commit('a', charge(1), recordOf('a'))
  const repeated = store.commit('a', charge(1), recordOf('a')).then(({ outcome }) => {
    expect(text()).toContain('"commit"')
    return outcome
  })
  const read = store.readCounters([day]).then(([counter]) => {
    expect(text()).toContain('"commit"')
    return counter
  })
  expect(await repeated).toBe('repeated')
  expect(await read).toEqual({ committed: 1, held: 0 })
  await first
  await store.close()
})

it('I5: brings home at once what was open when its process ended, whatever the clocks say', async () => {
  const directory = freshDirectory()
  const before = new FakeClock({ date: Date.UTC(2026, 5, 1) })
  const first = fileStore({ directory, clock: before })
  await first.admit(holdOf('a', { ttlMs: 600_000 }))
  await first.close()
  const store = fileStore({ directory, clock: new FakeClock({ date: Date.UTC(2026, 0, 1) }) })
  expect((await store.recovery()).cameHome).toBe(1)
  expect(await store.readCounters([day])).toEqual([{ committed: 100, held: 0 }])
  expect((await recordsOf(store, {})).map(({ outcome }) => outcome)).toEqual(['uncertain'])
  await store.close()
})

it('a wall clock that jumps ends no hold, and forgets no window', async () => {
  const clock = new FakeClock()
  const store = fileStore({ directory: freshDirectory(), clock, sync: 'os' })
  const endsAt = clock.date() + 3_600_000
  await store.admit(holdOf('spent', { claims: [{ ...claim(1_000, 500), endsAt }] }))
  await store.commit('spent', charge(500), recordOf('spent'))
  await store.admit(holdOf('a', { claims: [claim(1_000, 100, 0, 'open')], ttlMs: 60_000 }))
  const expected = [
    { committed: 500, held: 0 },
    { committed: 0, held: 100 },
  ]
  clock.jumpDate(10 * 86_400_000)
  for (let step = 0; step < 10; step++) await store.readCounters([day])
  expect(await store.readCounters([day, 'open'])).toEqual(expected)
  clock.jumpDate(-20 * 86_400_000)
  expect(await store.renew('a', 60_000)).toBe(true)
  expect(await store.readCounters([day, 'open'])).toEqual(expected)
  await store.close()
})

it('a window is forgotten a day after its end, unless something is held on it', async () => {
  const clock = new FakeClock()
  const store = fileStore({ directory: freshDirectory(), clock, sync: 'os' })
  const endsAt = clock.date() + 1_000
  for (const counter of ['gone', 'held']) {
    await store.admit(
      holdOf(counter, { claims: [{ ...claim(undefined, 5, 0, counter), endsAt }], ttlMs: 10 ** 10 }),
    )
    await store.commit(counter, charge(5), recordOf(counter))
  }
  await store.admit(
    holdOf('open', { claims: [{ ...claim(undefined, 7, 0, 'held'), endsAt }], ttlMs: 10 ** 10 }),
  )
  await clock.advance(86_000_000)
  for (let step = 0; step < 10; step++) await store.readCounters([])
  expect(await store.readCounters(['gone', 'held'])).toEqual([
    { committed: 5, held: 0 },
    { committed: 5, held: 7 },
  ])
  await clock.advance(1_000_000)
  for (let step = 0; step < 10; step++) await store.readCounters([])
  expect(await store.readCounters(['gone', 'held'])).toEqual([
    { committed: 0, held: 0 },
    { committed: 5, held: 7 },
  ])
  await store.close()
})

it('closes behind what was asked before, and answers nothing after', async () => {
  const directory = freshDirectory()
  const store = fileStore({ directory })
  const asked = [store.set('keys', 'a', 'one'), store.set('keys', 'a', 'two'), store.get('keys', 'a')]
  await Promise.all([store.close(), store.close()])
  expect(await Promise.all(asked)).toEqual([1, 2, { value: 'two', version: 2 }])
  await expect(store.get('keys', 'a')).rejects.toMatchObject({
    code: 'store-unavailable',
    isRetryable: false,
  })
  await expect(recordsOf(store, {})).rejects.toMatchObject({ code: 'store-unavailable' })
  expect(readdirSync(directory)).toEqual(['journal-000000001.log'])
})

it('opens once what was in its way is gone', async () => {
  const directory = join(freshDirectory(), 'store')
  writeFileSync(directory, 'a file where the directory should be')
  const store = fileStore({ directory })
  await expect(store.admit(holdOf('a'))).rejects.toMatchObject({ code: 'store-unavailable' })
  rmSync(directory)
  expect((await store.admit(holdOf('a'))).outcome).toBe('admitted')
  await store.close()
})

describe('a disk that takes data and loses it', () => {
  /** Makes the next calls of a method of all file handles fail, as a broken disk does. */
  async function breakNext(method: 'datasync' | 'truncate' | 'write' | 'sync', times: number): Promise<void> {
    const handle = await open(new URL(import.meta.url), 'r')
    const prototype = Object.getPrototypeOf(handle) as FileHandle // where all handles have their methods from
    await handle.close()
    const broken = vi.spyOn(prototype, method)
    for (let time = 0; time < times; time++) {
      broken.mockRejectedValueOnce(Object.assign(new Error('EIO: i/o error'), { code: 'EIO' }))
    }
  }

  it.each([
    ['its sync fails', ['datasync'], 1],
    ['its sync and the cut behind it fail', ['datasync', 'truncate'], 1],
    ['all of that fails again and again', ['datasync', 'truncate'], 4],
    ['the write itself fails', ['write'], 1],
  ] as const)('D5: what was not kept does not count, when %s', async (_, methods, times) => {
    const directory = freshDirectory()
    const store = fileStore({ directory, sync: 'always' })
    await store.admit(holdOf('a'))
    await store.set('keys', 'a', 'one')
    for (const method of methods) await breakNext(method, times)
    const answers = await Promise.allSettled([
      store.admit(holdOf('b')),
      store.commit('a', charge(40), recordOf('a')),
      store.set('keys', 'a', 'two'),
    ])
    for (const answer of answers) {
      expect(answer).toMatchObject({
        status: 'rejected',
        reason: { code: 'store-unavailable', isRetryable: true },
      })
    }
    expect(await store.get('keys', 'a')).toEqual({ value: 'one', version: 1 })
    expect(await recordsOf(store, {})).toEqual([])
    await expect
      .poll(() => store.readCounters([day]).catch(() => 'unavailable'))
      .toEqual([{ committed: 0, held: 100 }])
    expect((await store.admit(holdOf('b'))).outcome).toBe('admitted')
    expect((await store.commit('a', charge(40), recordOf('a'))).outcome).toBe('settled')
    await store.close()
    const again = fileStore({ directory })
    expect(await again.recovery()).toEqual({ tornBytes: 0, damagedLines: 0, damagedBytes: 0, cameHome: 1 })
    expect(await again.readCounters([day])).toEqual([{ committed: 140, held: 0 }])
    await again.close()
  })

  it('D5: a directory that cannot be synced when a segment is begun costs nothing that was answered', async () => {
    const directory = freshDirectory()
    const store = fileStore({ directory, sync: 'always', segmentBytes: 2_048 })
    await store.recovery()
    await breakNext('sync', 3)
    let unanswered = 0
    const persist = async (operation: () => Promise<unknown>): Promise<void> => {
      for (;;) {
        try {
          await operation()
          return
        } catch (error) {
          expect(error).toMatchObject({ code: 'store-unavailable' })
          unanswered += 1
        }
      }
    }
    const attempt = async (id: string): Promise<void> => {
      await persist(() => store.admit(holdOf(id)))
      await persist(() => store.commit(id, charge(10), recordOf(id)))
    }
    for (let round = 0; round < 20; round++)
      await Promise.all([1, 2, 3].map((part) => attempt(`${round}, ${part}`)))
    expect(unanswered).toBeGreaterThan(0)
    expect(await store.readCounters([day])).toEqual([{ committed: 600, held: 0 }])
    await store.close()
    const again = fileStore({ directory })
    expect(await again.readCounters([day])).toEqual([{ committed: 600, held: 0 }])
    expect(await recordsOf(again, {})).toHaveLength(60)
    expect((await sumLedger(readLedger(directory))).get(day)).toMatchObject({ committed: 600, held: 0 })
    await again.close()
  })
})

it('leaving records in the middle closes the files that were read', async () => {
  const directory = freshDirectory()
  const store = fileStore({ directory, sync: 'os', segmentBytes: 1_024 })
  for (let index = 0; index < 30; index++) {
    await store.admit(holdOf(`h${index}`))
    await store.commit(`h${index}`, charge(1), recordOf(`h${index}`, { tags: ['x'.repeat(index * 20_000)] }))
  }
  expect((await listSegments(directory)).length).toBeGreaterThan(3)
  const openFiles = (): number => (process.platform === 'linux' ? readdirSync('/proc/self/fd').length : 0)
  const before = openFiles()
  for (let round = 0; round < 20; round++) {
    for await (const { id } of store.records({})) if (id === 'h12') break
  }
  expect(openFiles()).toBeLessThan(before + 10)
  const lengths = (await recordsOf(store, {})).map(({ tags }) => tags?.[0]?.length)
  expect(lengths).toEqual(Array.from({ length: 30 }, (_, index) => (29 - index) * 20_000))
  await store.close()
})

it.each([
  [{ directory: '' }, 'directory'],
  [{ directory: 'a\u0000b' }, 'directory'],
  [{ directory: 'x', sync: 'sometimes' }, 'sync'],
  [{ directory: 'x', segmentBytes: 12 }, 'segmentBytes'],
])('refuses %j', (options, field) => {
  expect(() => fileStore(options as never)).toThrowError(expect.objectContaining({ code: 'config', field }))
})
