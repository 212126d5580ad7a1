// The limits in force while others change them: what was read too early never counts.
import { expect, it } from 'vitest'
import type { StoredText } from '../../src/core/store.js'
import type { BudgetLimit } from '../../src/cost/budget-limit.js'
import { LimitBook } from '../../src/cost/limit-book.js'
import { memoryStore } from '../../src/stores/memory.js'
import { FakeClock } from '../../src/testing/fake-clock.js'

const limit: BudgetLimit = {
  scope: 'app',
  measure: 'calls',
  amount: 1,
  per: 'day',
  timeZone: 'UTC',
  onExceed: 'block',
  alertAt: [],
}

/** A book whose first read is answered late, with what stood there when it was asked. */
function slowBook() {
  const clock = new FakeClock()
  const inner = memoryStore({ clock })
  let answer = (_: StoredText | undefined): void => undefined
  const first = new Promise<StoredText | undefined>((resolve) => {
    answer = resolve
  })
  let reads = 0
  const store = Object.assign(Object.create(inner), {
    get: (collection: string, key: string) => {
      reads += 1
      return reads === 1 ? first : inner.get(collection, key)
    },
    set: inner.set.bind(inner),
  })
  return { book: new LimitBook([], store, clock), answer: () => answer(undefined) }
}

it('BU8: limits that were read before a change do not come back when they arrive after it', async () => {
  const { book, answer } = slowBook()
  const early = book.current()
  await book.set(limit)
  expect(await book.current()).toMatchObject({ version: 1, limits: [limit] })
  answer()
  expect(await early).toMatchObject({ version: 0, limits: [] })
  expect(await book.current()).toMatchObject({ version: 1, limits: [limit] })
})

it('BU8: limits that were read before a change are read anew, though they arrive before anybody asks', async () => {
  const { book, answer } = slowBook()
  const early = book.current()
  await book.set(limit)
  answer()
  await early
  expect(await book.current()).toMatchObject({ version: 1, limits: [limit] })
})
