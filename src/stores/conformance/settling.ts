// What a store promises about commits, releases and alerts: each takes effect once, and the truth is never refused.

import type { Claim, Store } from '../../core/store.js'
import { expectSame } from './expect.js'
import {
  admitted,
  charge,
  claim,
  counterOf,
  countOutcomes,
  day,
  expectCounter,
  holdOf,
  numbers,
  recordOf,
  recordsOf,
  type Trial,
} from './world.js'

const month = counterOf('month')

function alerting(base: number, counter = day, limit = 1_000): Claim {
  const alerts = [0.5, 0.8, 0.9, 1].map((share) => ({ share, at: share * limit }))
  return { ...claim(undefined, base, 0, counter), alerts }
}

/** Spends under a limit, and gives the shares that are told. */
function committing(store: Store): (limit: number, spent: number) => Promise<readonly number[]> {
  let count = 0
  return async (limit, spent) => {
    count += 1
    const id = `spend${count}`
    await admitted(store, holdOf(id, { claims: [alerting(1, day, limit)] }))
    return (await store.commit(id, charge(spent), recordOf(id))).alerts.map(({ share }) => share)
  }
}

/** The trials of `commit` and `release`. */
export const settlingTrials: readonly Trial[] = [
  [
    'BU4: a commit puts the truth in the place of the hold, and tells how the counters stand',
    async ({ store }) => {
      await admitted(store, holdOf('a', { claims: [claim(1_000, 400), claim(undefined, 40, 0, month)] }))
      await admitted(store, holdOf('b', { claims: [claim(1_000, 500)] }))
      const settlement = await store.commit('a', charge(150, 15), recordOf('a'))
      expectSame('settlement', settlement, {
        outcome: 'settled',
        alerts: [],
        counters: [
          { committed: 150, held: 500 },
          { committed: 15, held: 0 },
        ],
      })
      expectSame('records', await recordsOf(store), [recordOf('a')])
      expectSame('room is free again', await admitted(store, holdOf('c', { claims: [claim(1_000, 350)] })), 0)
    },
  ],
  [
    'D6, I3: a second commit changes nothing and writes nothing',
    async ({ store }) => {
      await admitted(store, holdOf('a'))
      await store.commit('a', charge(70), recordOf('a'))
      const again = await store.commit('a', charge(99), recordOf('a', { cost: 99 }))
      expectSame('again', again, { outcome: 'repeated', alerts: [], counters: [{ committed: 70, held: 0 }] })
      await expectCounter('the counter', store, 70, 0)
      expectSame('records', await recordsOf(store), [recordOf('a')])
    },
  ],
  [
    'I3: of twenty commits of one id at once, one counts',
    async ({ store, another }) => {
      const other = await another()
      await admitted(store, holdOf('a'))
      const answers = await Promise.all(
        numbers(20).map((i) => (i % 2 ? store : other).commit('a', charge(70), recordOf('a'))),
      )
      expectSame('settled', countOutcomes(answers, 'settled'), 1)
      expectSame('repeated', countOutcomes(answers, 'repeated'), 19)
      await expectCounter('the counter', store, 70, 0)
      expectSame('records', (await recordsOf(store)).length, 1)
    },
  ],
  [
    'a release gives back what was held, and writes a record only where one is given',
    async ({ store }) => {
      await admitted(store, holdOf('a'))
      await admitted(store, holdOf('b'))
      const settlement = await store.release('a')
      expectSame('settlement', settlement, {
        outcome: 'settled',
        alerts: [],
        counters: [{ committed: 0, held: 100 }],
      })
      expectSame('no record', await recordsOf(store), [])
      const record = recordOf('b', { outcome: 'failure', cost: 0 })
      expectSame('with a record', (await store.release('b', record)).outcome, 'settled')
      expectSame('records', await recordsOf(store), [record])
      await expectCounter('the counter', store, 0, 0)
    },
  ],
  [
    'D6: release after commit, commit after release, release twice: the first counts',
    async ({ store }) => {
      await admitted(store, holdOf('a'))
      await admitted(store, holdOf('b'))
      await store.commit('a', charge(70), recordOf('a'))
      await store.release('b')
      const late = recordOf('late')
      const nothing = { outcome: 'repeated', alerts: [], counters: [{ committed: 70, held: 0 }] }
      expectSame('release after commit', await store.release('a', late), nothing)
      expectSame('commit after release', await store.commit('b', charge(50), late), nothing)
      expectSame('release after release', await store.release('b', late), nothing)
      expectSame('records', await recordsOf(store), [recordOf('a')])
    },
  ],
  [
    'D6: an id that nobody held is unknown, and nothing is written',
    async ({ store }) => {
      const unknown = { outcome: 'unknown', alerts: [], counters: [] }
      expectSame('commit', await store.commit('ghost', charge(5), recordOf('ghost')), unknown)
      expectSame('release', await store.release('ghost', recordOf('ghost')), unknown)
      expectSame('renew', await store.renew('ghost', 60_000), false)
      expectSame('records', await recordsOf(store), [])
      await admitted(store, holdOf('ghost'))
    },
  ],
  [
    'I6: what goes beyond hold and limit is booked, and blocks the next hold',
    async ({ store }) => {
      await admitted(store, holdOf('a', { claims: [claim(1_000, 900)] }))
      const record = recordOf('a', { overrun: true })
      const settlement = await store.commit('a', charge(2_500), record)
      expectSame('settlement', settlement.counters, [{ committed: 2_500, held: 0 }])
      const next = await store.admit(holdOf('b', { claims: [claim(1_000, 0)] }))
      expectSame('the next', next, {
        outcome: 'refused',
        refusals: [{ claim: 0, committed: 2_500, held: 0, asked: 0 }],
      })
      expectSame('records', await recordsOf(store), [record])
    },
  ],
  [
    'an attempt that cost nothing frees all that was held for it',
    async ({ store }) => {
      await admitted(store, holdOf('a'))
      expectSame('settlement', (await store.commit('a', charge(0), recordOf('a', { cost: null }))).counters, [
        { committed: 0, held: 0 },
      ])
      expectSame('what is unknown stays null', (await recordsOf(store))[0]?.cost, null)
    },
  ],
  [
    'BU6: each mark is told once a counter, in rising order, by the commit that reaches it',
    async ({ store }) => {
      const commit = async (id: string, first: number, second: number): Promise<unknown> => {
        await admitted(store, holdOf(id, { claims: [alerting(1), alerting(1, month)] }))
        return (await store.commit(id, charge(first, second), recordOf(id))).alerts
      }
      expectSame('below the first mark', await commit('a', 499, 0), [])
      expectSame('at the first', await commit('b', 1, 0), [{ claim: 0, share: 0.5 }])
      expectSame('still there', await commit('c', 10, 0), [])
      expectSame('two at once, and one of the other', await commit('d', 390, 500), [
        { claim: 0, share: 0.8 },
        { claim: 0, share: 0.9 },
        { claim: 1, share: 0.5 },
      ])
      expectSame('the rest', await commit('e', 98, 499), [
        { claim: 1, share: 0.8 },
        { claim: 1, share: 0.9 },
      ])
      expectSame('the last of both', await commit('f', 2, 1), [
        { claim: 0, share: 1 },
        { claim: 1, share: 1 },
      ])
    },
  ],
  [
    'BU6: the marks of a limit that was raised are told as they are reached, and those that were told are not told again',
    async ({ store }) => {
      const commit = committing(store)
      expectSame('all of the old limit', await commit(1_000, 1_000), [0.5, 0.8, 0.9, 1])
      expectSame('its half was reached before', await commit(2_000, 100), [])
      expectSame('the next of the new limit', await commit(2_000, 500), [0.8])
      expectSame('still there', await commit(2_000, 100), [])
      expectSame('the rest', await commit(2_000, 300), [0.9, 1])
      expectSame('raised twice', await commit(10_000, 3_000), [0.5])
      expectSame('of nothing more', await commit(10_000, 0), [])
    },
  ],
  [
    'BU6: the marks that a limit has passed by being lowered are told by the next commit, once',
    async ({ store }) => {
      const commit = committing(store)
      expectSame('of the old limit', await commit(1_000, 900), [0.5, 0.8, 0.9])
      expectSame('lowered below what is spent', await commit(900, 0), [1])
      expectSame('still there', await commit(900, 1), [])
      expectSame('lowered again', await commit(500, 1), [])
      expectSame('raised', await commit(2_000, 98), [0.5])
      expectSame('lowered to where it was', await commit(1_000, 0), [0.8, 0.9, 1])
      expectSame('raised once more', await commit(2_000, 0), [])
    },
  ],
  [
    'BU6: a hundred commits at once tell each mark once',
    async ({ store, another }) => {
      const other = await another()
      for (const i of numbers(100)) await admitted(store, holdOf(`h${i}`, { claims: [alerting(10)] }))
      const answers = await Promise.all(
        numbers(100).map((i) => (i % 2 ? store : other).commit(`h${i}`, charge(10), recordOf(`h${i}`))),
      )
      const told = answers.flatMap(({ alerts }) => alerts.map(({ share }) => share))
      expectSame('told', told.toSorted(), [0.5, 0.8, 0.9, 1])
      await expectCounter('the counter', store, 1_000, 0)
    },
  ],
]
