// What a store promises about holds: what fits is held whole, what does not fit is refused whole.

import type { Hold } from '../../core/store.js'
import { expectRejection, expectSame, expectThat } from './expect.js'
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
const tokens = counterOf('day', 'tokens')

/** The trials of `admit`, rates and versions apart. */
export const holdTrials: readonly Trial[] = [
  [
    'BU2: holds what an attempt might cost, base and tokens together, on every counter',
    async ({ store }) => {
      const claims = [claim(1_000, 100, 3), claim(undefined, 7, 0, month), claim(500, 0, 1, tokens)]
      expectSame('tokens', await admitted(store, holdOf('a', { claims, least: 10, most: 50 })), 50)
      const states = await store.readCounters([day, month, tokens, 'usd/tenant/acme/never/seen'], 'acme')
      expectSame('counters', states, [
        { committed: 0, held: 250 },
        { committed: 0, held: 7 },
        { committed: 0, held: 50 },
        { committed: 0, held: 0 },
      ])
      expectSame('records of what is only held', await recordsOf(store), [])
    },
  ],
  [
    'BU2: grants as many tokens as fit, the same number for every claim, and exactly up to the limit',
    async ({ store }) => {
      const claims = [claim(1_000, 100, 30), claim(500, 10, 10, month)]
      expectSame('tokens', await admitted(store, holdOf('a', { claims, least: 5, most: 1_000 })), 30)
      await expectCounter('the tight counter is full', store, 0, 1_000)
      await expectCounter('the other has the same tokens', store, 0, 310, month)
      const last = holdOf('b', { claims: [claim(500, 0, 10, month)], least: 19, most: 19 })
      expectSame('what is left fits to the last', await admitted(store, last), 19)
    },
  ],
  [
    'BU2: refuses what does not fit with the fewest tokens, names every such claim, and holds nothing',
    async ({ store }) => {
      const first = [claim(1_000, 600), claim(undefined, 60, 0, month)]
      await admitted(store, holdOf('a', { claims: first }))
      await store.commit('a', charge(550, 55), recordOf('a'))
      await admitted(store, holdOf('b', { claims: [claim(1_000, 50), claim(undefined, 5, 0, month)] }))
      const claims = [claim(1_000, 1, 41), claim(1_000, 1, 1, tokens), claim(100, 1, 4, month)]
      const answer = await store.admit(holdOf('c', { claims, least: 10, most: 20 }))
      expectSame('answer', answer, {
        outcome: 'refused',
        refusals: [
          { claim: 0, committed: 550, held: 50, asked: 411 },
          { claim: 2, committed: 55, held: 5, asked: 41 },
        ],
      })
      await expectCounter('the day', store, 550, 50)
      await expectCounter('the counter that had room', store, 0, 0, tokens)
      await expectCounter('the month', store, 55, 5, month)
      expectSame(
        'commit of what was refused',
        (await store.commit('c', charge(1, 1, 1), recordOf('c'))).outcome,
        'unknown',
      )
    },
  ],
  [
    'BU2: without a limit nothing is refused, and a limit of 0 lets through only what is free',
    async ({ store }) => {
      await admitted(store, holdOf('a', { claims: [claim(undefined, 5_000_000_000_000)] }))
      await expectCounter('counted all the same', store, 0, 5_000_000_000_000)
      const paid = await store.admit(holdOf('b', { claims: [claim(0, 1, 0, month)] }))
      expectSame('a paid call', paid.outcome, 'refused')
      expectSame(
        'a free call',
        await admitted(store, holdOf('c', { claims: [claim(0, 0, 0, month)], most: 9 })),
        9,
      )
      expectSame('nothing to count', await admitted(store, holdOf('d', { claims: [], most: 4 })), 4)
    },
  ],
  [
    'BU2: a free claim grants no fewer tokens than are asked for, and a bound of nothing but tokens is exact',
    async ({ store }) => {
      const claims = [claim(9_007_199_254_740_991, 1, 3), claim(100, 100, 0, month)]
      expectSame('tokens', await admitted(store, holdOf('a', { claims, most: 1_000_000 })), 1_000_000)
      const large = [claim(9_007_199_254_740_991, 9_007_199_254_740_000 - 3_000_001, 1)]
      expectSame(
        'the last units of the largest limit',
        await admitted(store, holdOf('b', { claims: large, most: 5_000 })),
        991,
      )
    },
  ],
  [
    'a hold that stands is granted again, unchanged, however often and whatever it says by then',
    async ({ store, another }) => {
      const hold = holdOf('a', { claims: [claim(1_029, 100, 30)], least: 1, most: 100 })
      expectSame('tokens', await admitted(store, hold), 30)
      const changed = holdOf('a', { claims: [claim(1_000, 500)], least: 1, most: 7 })
      const other = await another()
      const answers = await Promise.all(
        numbers(20).map((i) => (i % 2 ? store : other).admit(i % 3 ? hold : changed)),
      )
      expectSame(
        'answers',
        answers,
        numbers(20).map(() => ({ outcome: 'admitted', tokens: 30 })),
      )
      await expectCounter('held once', store, 0, 1_000)
    },
  ],
  [
    'D6: an id that was settled is not admitted again',
    async ({ store }) => {
      await admitted(store, holdOf('a'))
      await store.commit('a', charge(40), recordOf('a'))
      await admitted(store, holdOf('b'))
      await store.release('b')
      expectSame('after a commit', await store.admit(holdOf('a')), { outcome: 'settled' })
      expectSame('after a release', await store.admit(holdOf('b')), { outcome: 'settled' })
      await expectCounter('nothing is held', store, 40, 0)
    },
  ],
  [
    'BU3: where there is room for 7, exactly 7 of 50 that come at once are admitted',
    async ({ store, another }) => {
      const other = await another()
      const claims = [claim(799, 100), claim(undefined, 1, 0, month)]
      const answers = await Promise.all(
        numbers(50).map((i) => (i % 2 ? store : other).admit(holdOf(`h${i}`, { claims }))),
      )
      expectSame('admitted', countOutcomes(answers, 'admitted'), 7)
      expectSame('refused', countOutcomes(answers, 'refused'), 43)
      await expectCounter('held', store, 0, 700)
      await expectCounter('held besides', store, 0, 7, month)
    },
  ],
  [
    'I1: exactly 666 of 1,000 holds of 1,500 fit into 1,000,000',
    async ({ store, another }) => {
      const other = await another()
      const claims = [claim(1_000_000, 1_500)]
      const answers = await Promise.all(
        numbers(1_000).map((i) => (i % 2 ? store : other).admit(holdOf(`h${i}`, { claims }))),
      )
      expectSame('admitted', countOutcomes(answers, 'admitted'), 666)
      await expectCounter('held', store, 0, 999_000)
    },
  ],
  [
    'D1: under a thousand calls at once, what is spent and held never exceeds the limit',
    async ({ store, another }) => {
      const limit = 1_000_000_000
      const other = await another()
      let spent = 0
      const call = async (i: number): Promise<void> => {
        const [first, second] = i % 2 ? [store, other] : [other, store]
        const answer = await first.admit(
          holdOf(`h${i}`, { claims: [claim(limit, 0, 1_000)], least: 2_000, most: 4_000 }),
        )
        if (answer.outcome !== 'admitted') return
        const states = await second.readCounters([day], 'acme')
        const { committed, held } = states[0] ?? { committed: Number.NaN, held: 0 }
        expectThat(`spent ${committed} and held ${held} stay within ${limit}`, committed + held <= limit)
        if (i % 10 === 3) await second.release(`h${i}`)
        else {
          const cost = answer.tokens * 1_000 - (i % 7) * 100_000
          spent += cost
          await second.commit(`h${i}`, charge(cost), recordOf(`h${i}`, { cost }))
        }
      }
      for (const round of numbers(4)) await Promise.all(numbers(250).map((i) => call(round * 250 + i)))
      await expectCounter('in the end', store, spent, 0)
      expectThat('most of the limit was used', spent > limit * 0.9 && spent <= limit)
      const paid = await recordsOf(store)
      expectSame(
        'the sum of the records',
        paid.reduce((sum, { cost }) => sum + (cost ?? 0), 0),
        spent,
      )
    },
  ],
  [
    'refuses amounts that are no whole numbers from 0, and counts nothing of them',
    async ({ store }) => {
      const wrong = [Number.NaN, -1, 0.5, Number.POSITIVE_INFINITY, 2 ** 53]
      for (const [index, amount] of wrong.entries()) {
        const holds: Hold[] = [
          holdOf(`base${index}`, { claims: [claim(1_000, 1, 0, month), claim(1_000, amount)] }),
          holdOf(`perToken${index}`, {
            claims: [claim(1_000, 1, 0, month), claim(1_000, 0, amount)],
            most: 1,
          }),
          holdOf(`limit${index}`, { claims: [claim(1_000, 1, 0, month), claim(amount, 0)] }),
          holdOf(`tokens${index}`, { claims: [claim(1_000, 1, 0, month)], most: amount }),
          holdOf(`rate${index}`, {
            claims: [claim(1_000, 1, 0, month)],
            rates: [{ key: 'calls/acme', limit: 10, windowMs: 60_000, amount }],
          }),
        ]
        for (const hold of holds)
          await expectRejection(`a hold with ${amount} (${hold.id})`, () => store.admit(hold))
      }
      await admitted(store, holdOf('a'))
      for (const amount of wrong) {
        await expectRejection(`a charge of ${amount}`, () => store.commit('a', charge(amount), recordOf('a')))
      }
      await expectRejection('a charge without its claim', () => store.commit('a', charge(), recordOf('a')))
      await expectCounter('the other claim of what was refused', store, 0, 0, month)
      await expectCounter('the hold still stands', store, 0, 100)
      expectSame(
        'and is settled rightly',
        (await store.commit('a', charge(40), recordOf('a'))).outcome,
        'settled',
      )
    },
  ],
  [
    'refuses a hold that names one counter or one rate twice',
    async ({ store }) => {
      const rate = { key: 'calls/acme', limit: 10, windowMs: 60_000, amount: 1 }
      await expectRejection('a counter twice', () =>
        store.admit(holdOf('a', { claims: [claim(9, 1), claim(9, 1)] })),
      )
      await expectRejection('a rate twice', () => store.admit(holdOf('b', { rates: [rate, rate] })))
      await expectCounter('nothing is held', store, 0, 0)
    },
  ],
  [
    'names of any kind are kept apart: __proto__, NUL, braces, line breaks, 10 KB',
    async ({ store }) => {
      const long = 'x'.repeat(10_000)
      const names = [
        '__proto__',
        'constructor',
        'a\u0000',
        'a',
        '}{',
        '{acme}',
        'a\nb',
        '"',
        long,
        `${long}y`,
        '😀',
      ]
      for (const [index, name] of names.entries()) {
        const counter = `usd/tenant/acme/day/${name}`
        const claims = [claim(1_000, index + 1, 0, counter)]
        await admitted(store, holdOf(`id ${name}`, { claims, record: { tags: [name] } }))
        await store.commit(`id ${name}`, charge(index + 1), recordOf(`id ${name}`, { tags: [name] }))
      }
      const states = await store.readCounters(
        names.map((name) => `usd/tenant/acme/day/${name}`),
        'acme',
      )
      expectSame(
        'counters',
        states,
        names.map((_, index) => ({ committed: index + 1, held: 0 })),
      )
      expectSame(
        'tags',
        (await recordsOf(store)).map(({ tags }) => tags?.[0]),
        names.toReversed(),
      )
    },
  ],
]
