// What a store promises about rates, and about holds that were made by outdated limits.

import type { RateClaim } from '../../core/store.js'
import { expectSame, expectThat } from './expect.js'
import {
  admitted,
  charge,
  claim,
  countOutcomes,
  expectCounter,
  holdOf,
  numbers,
  recordOf,
  type Trial,
  type World,
} from './world.js'

function rate(limit: number, amount: number, windowMs: number, key = 'calls/acme'): RateClaim {
  return { key, limit, windowMs, amount }
}

/** The wait that a store answers, or 0 where the hold was admitted. */
async function waitFor(world: World, id: string, rates: readonly RateClaim[]): Promise<number> {
  const answer = await world.store.admit(holdOf(id, { rates }))
  if (answer.outcome === 'admitted') return 0
  if (answer.outcome !== 'rate-limited') throw new Error(`"${id}" was ${answer.outcome}`)
  return answer.retryAfterMs
}

/** The trials of rates and of `limitsVersion`. */
export const rateTrials: readonly Trial[] = [
  [
    'a rate lets through what its limit allows, then tells how long to wait, and holds nothing meanwhile',
    async (world) => {
      const { store, shortMs } = world
      const windowMs = shortMs * 4
      for (const i of numbers(3)) await admitted(store, holdOf(`a${i}`, { rates: [rate(3, 1, windowMs)] }))
      const answer = await store.admit(holdOf('b', { rates: [rate(3, 1, windowMs)] }))
      if (answer.outcome !== 'rate-limited') throw new Error(`the fourth was ${answer.outcome}`)
      expectSame('the rate', answer.rate, 0)
      expectThat(
        `the wait of ${answer.retryAfterMs} ms is within the window and a little`,
        answer.retryAfterMs > 0 && answer.retryAfterMs <= windowMs * 1.1 + 1_000,
      )
      await expectCounter('only three are held', store, 0, 300)
      await world.wait(answer.retryAfterMs)
      await admitted(store, holdOf('b', { rates: [rate(3, 1, windowMs)] }))
    },
  ],
  [
    'a rate is kept over any stretch of its window, however the calls fall',
    async (world) => {
      const windowMs = world.shortMs
      const steps = world.isTimeFree ? 150 : 40
      const granted: { at: number; amount: number }[] = []
      for (const step of numbers(steps)) {
        const amount = 1 + ((step * 7) % 3)
        if ((await waitFor(world, `s${step}`, [rate(10, amount, windowMs)])) === 0) {
          granted.push({ at: world.date(), amount })
        }
        if (step % 3 !== 0) await world.wait(Math.ceil((windowMs * ((step * 13) % 17)) / 100))
      }
      // Where time is real, an answer comes a moment after the store has counted.
      const sureMs = world.isTimeFree ? windowMs : windowMs * 0.7
      for (const [index, first] of granted.entries()) {
        const within = granted.slice(index).filter(({ at }) => at - first.at < sureMs)
        const sum = within.reduce((total, { amount }) => total + amount, 0)
        expectThat(`${sum} within one window is at most 10`, sum <= 10)
      }
      expectThat('the limit was used', granted.length > 5)
    },
  ],
  [
    'of several rates the one with the longest wait is named, and none of them counts what was not admitted',
    async (world) => {
      const { store, shortMs } = world
      const short = rate(1, 1, shortMs * 2, 'calls/acme')
      const long = rate(100, 60, shortMs * 8, 'tokens/acme')
      await admitted(store, holdOf('a', { rates: [short, long] }))
      const answer = await store.admit(holdOf('b', { rates: [short, long] }))
      expectSame(
        'the answer',
        [answer.outcome, answer.outcome === 'rate-limited' && answer.rate],
        ['rate-limited', 1],
      )
      await admitted(store, holdOf('c', { rates: [rate(100, 40, shortMs * 8, 'tokens/acme')] }))
    },
  ],
  [
    'what exceeds a rate by itself never fits: the wait is Infinity',
    async (world) => {
      expectSame('the wait', await waitFor(world, 'a', [rate(10, 11, 60_000)]), Number.POSITIVE_INFINITY)
      expectSame('what is as large as the limit', await waitFor(world, 'b', [rate(10, 10, 60_000)]), 0)
    },
  ],
  [
    'a rate counts exactly under a hundred calls at once, and not those that a budget refuses',
    async ({ store, another }) => {
      const other = await another()
      const rates = [rate(12, 1, 600_000)]
      for (const i of numbers(5)) {
        const answer = await store.admit(holdOf(`r${i}`, { rates, claims: [claim(1, 2)] }))
        expectSame('beyond the budget', answer.outcome, 'refused')
      }
      const answers = await Promise.all(
        numbers(100).map((i) => (i % 2 ? store : other).admit(holdOf(`h${i}`, { rates }))),
      )
      expectSame('admitted', countOutcomes(answers, 'admitted'), 12)
      expectSame('rate-limited', countOutcomes(answers, 'rate-limited'), 88)
    },
  ],
  [
    'a hold that is released gives its rates back, a commit corrects them to the truth',
    async (world) => {
      const { store } = world
      const tokens = (amount: number): RateClaim => rate(1_000, amount, 600_000, 'tokens/acme')
      await admitted(store, holdOf('a', { rates: [tokens(900)] }))
      expectThat('full', (await waitFor(world, 'b', [tokens(200)])) > 0)
      await store.release('a')
      await admitted(store, holdOf('c', { rates: [tokens(900)] }))
      await store.commit('c', { claims: [50], rates: [300] }, recordOf('c'))
      expectThat('300 count now', (await waitFor(world, 'd', [tokens(701)])) > 0)
      await admitted(store, holdOf('e', { rates: [tokens(700)] }))
      await store.commit('e', { claims: [50], rates: [900] }, recordOf('e'))
      expectThat('more than the limit counts', (await waitFor(world, 'f', [tokens(1)])) > 0)
    },
  ],
  [
    'a hold made by outdated limits is stale, and nothing of it is held',
    async ({ store }) => {
      await admitted(store, holdOf('a', { limitsVersion: 0 }))
      expectSame('version', await store.set('limits', 'budgets', '{"day":1}'), 1)
      expectSame('by no limits', await store.admit(holdOf('b', { limitsVersion: 0 })), { outcome: 'stale' })
      expectSame('by later ones', await store.admit(holdOf('b', { limitsVersion: 2 })), { outcome: 'stale' })
      await admitted(store, holdOf('b', { limitsVersion: 1 }))
      await store.set('limits', 'other', 'x')
      await admitted(store, holdOf('c', { limitsVersion: 1 }))
      expectSame('version', await store.set('limits', 'budgets', '{"day":2}'), 2)
      expectSame('by the former', await store.admit(holdOf('d', { limitsVersion: 1 })), { outcome: 'stale' })
      expectSame(
        'the hold that stands',
        (await store.admit(holdOf('b', { limitsVersion: 1 }))).outcome,
        'admitted',
      )
      await store.delete('limits', 'budgets')
      expectSame('when they are gone', await store.admit(holdOf('d', { limitsVersion: 2 })), {
        outcome: 'stale',
      })
      await admitted(store, holdOf('d', { limitsVersion: 0 }))
      await expectCounter('a, b, c and d', store, 0, 400)
      expectSame('a commit', (await store.commit('a', charge(1), recordOf('a'))).outcome, 'settled')
    },
  ],
]
