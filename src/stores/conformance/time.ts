// What a store promises about holds that nobody settles in time.

import { expectSame, expectThat } from './expect.js'
import {
  admitted,
  charge,
  claim,
  counterOf,
  expectCounter,
  holdOf,
  recordOf,
  recordsOf,
  type Trial,
} from './world.js'

const month = counterOf('month')
const { usage: _unused, ...bound } = recordOf('a', { outcome: 'uncertain', cost: 900 })

/** The trials of expiry and `renew`. */
export const timeTrials: readonly Trial[] = [
  [
    'I5: a hold that expires is charged at its bound, and its record written as uncertain',
    async (world) => {
      const { store, shortMs } = world
      const claims = [claim(1_000, 200, 10), claim(undefined, 5, 1, month)]
      await admitted(store, holdOf('a', { claims, least: 10, most: 40, ttlMs: shortMs }))
      await expectCounter('before', store, 0, 600)
      await world.wait(shortMs * 1.2)
      await expectCounter('after', store, 600, 0)
      await expectCounter('after, the other', store, 45, 0, month)
      expectSame('records', await recordsOf(store), [bound])
      expectSame('renewed too late', await store.renew('a', 60_000), false)
      expectSame('admitted again', await store.admit(holdOf('a', { claims })), { outcome: 'settled' })
    },
  ],
  [
    'I5: the record of a hold that expires says what the granted tokens cost, where the hold says what they do',
    async (world) => {
      const { store, shortMs } = world
      const hold = holdOf('a', { claims: [claim(1_000, 200, 10)], least: 10, most: 100, ttlMs: shortMs })
      expectSame('granted', await admitted(store, { ...hold, cost: { base: 7, perToken: 3 } }), 80)
      await world.wait(shortMs * 1.2)
      const [written] = await recordsOf(store)
      expectSame('cost', written?.cost, 247)
    },
  ],
  [
    'I5: the next hold brings home what has expired, and finds its room taken',
    async (world) => {
      const { store, shortMs } = world
      await admitted(store, holdOf('a', { claims: [claim(1_000, 800)], ttlMs: shortMs }))
      await world.wait(shortMs * 1.2)
      const answer = await store.admit(holdOf('b', { claims: [claim(1_000, 300)] }))
      if (answer.outcome !== 'refused') throw new Error(`the next was ${answer.outcome}`)
      const [refusal] = answer.refusals
      expectSame('spent and held', (refusal?.committed ?? 0) + (refusal?.held ?? 0), 800)
      await expectCounter('then', store, 800, 0)
      expectSame('written', (await recordsOf(store)).length, 1)
    },
  ],
  [
    'a hold that is renewed stands for its lifetime from then on',
    async (world) => {
      const { store, shortMs } = world
      await admitted(store, holdOf('a', { ttlMs: shortMs }))
      await world.wait(shortMs * 0.6)
      expectSame('renewed', await store.renew('a', shortMs), true)
      await world.wait(shortMs * 0.6)
      await expectCounter('still held', store, 0, 100)
      expectSame('again', await store.renew('a', shortMs * 2), true)
      await world.wait(shortMs * 1.2)
      await expectCounter('held for longer', store, 0, 100)
      expectSame('committed in time', (await store.commit('a', charge(40), recordOf('a'))).outcome, 'settled')
      expectSame('renewed after its end', await store.renew('a', 60_000), false)
      await expectCounter('spent', store, 40, 0)
    },
  ],
  [
    'I5: a commit that comes late corrects the bound to the truth, once, and its record takes the place of the other',
    async (world) => {
      const { store, shortMs } = world
      await admitted(
        store,
        holdOf('a', { claims: [claim(1_000, 600), claim(undefined, 60, 0, month)], ttlMs: shortMs }),
      )
      await world.wait(shortMs * 1.2)
      await expectCounter('at its bound', store, 600, 0)
      expectSame('late', await store.commit('a', charge(150, 75), recordOf('a')), {
        outcome: 'corrected',
        alerts: [],
        counters: [
          { committed: 150, held: 0 },
          { committed: 75, held: 0 },
        ],
      })
      expectSame('records', await recordsOf(store), [recordOf('a')])
      const again = await store.commit('a', charge(999, 0), recordOf('a'))
      expectSame('once more', again.outcome, 'repeated')
      expectSame('released after that', (await store.release('a')).outcome, 'repeated')
      await expectCounter('in the end', store, 150, 0)
      await admitted(store, holdOf('b', { claims: [claim(1_000, 850)] }))
    },
  ],
  [
    'a release that comes late takes the charge back, and the record of it too',
    async (world) => {
      const { store, shortMs } = world
      await admitted(store, holdOf('a', { ttlMs: shortMs }))
      await admitted(store, holdOf('b', { ttlMs: shortMs }))
      await world.wait(shortMs * 1.2)
      await expectCounter('at their bounds', store, 200, 0)
      const record = recordOf('b', { outcome: 'failure', cost: 0 })
      expectSame('without a record', (await store.release('a')).outcome, 'corrected')
      expectSame('with a record', (await store.release('b', record)).outcome, 'corrected')
      await expectCounter('nothing was sent', store, 0, 0)
      expectSame('records', await recordsOf(store), [record])
    },
  ],
  [
    'D8: what was held in one window is charged in that window, also after its end',
    async (world) => {
      const { store, shortMs } = world
      const endsAt = world.date() + Math.ceil(shortMs / 2)
      const yesterday = { ...claim(1_000, 600), endsAt }
      await admitted(store, holdOf('a', { claims: [yesterday] }))
      await admitted(store, holdOf('b', { claims: [{ ...yesterday, base: 100 }], ttlMs: shortMs }))
      await world.wait(shortMs * 1.2)
      const today = { ...claim(1_000, 900, 0, counterOf('tomorrow')), endsAt: world.date() + 86_400_000 }
      await admitted(store, holdOf('c', { claims: [today] }))
      await store.commit('a', charge(500), recordOf('a'))
      await expectCounter('the window that has ended', store, 600, 0)
      await expectCounter('the next', store, 0, 900, counterOf('tomorrow'))
    },
  ],
  [
    'BU6: a mark that an expired hold has reached is told by the next commit',
    async (world) => {
      const { store, shortMs } = world
      const marked = { ...claim(1_000, 600), alerts: [{ share: 0.5, at: 500 }] }
      await admitted(store, holdOf('a', { claims: [marked], ttlMs: shortMs }))
      await world.wait(shortMs * 1.2)
      await expectCounter('at its bound', store, 600, 0)
      await admitted(store, holdOf('b', { claims: [{ ...marked, base: 1 }] }))
      expectSame('told', (await store.commit('b', charge(1), recordOf('b'))).alerts, [
        { claim: 0, share: 0.5 },
      ])
    },
  ],
  [
    'what expires keeps counting against its rates',
    async (world) => {
      const { store, shortMs } = world
      const rates = [{ key: 'calls/acme', limit: 1, windowMs: 600_000, amount: 1 }]
      await admitted(store, holdOf('a', { rates, ttlMs: shortMs }))
      await world.wait(shortMs * 1.2)
      const answer = await store.admit(holdOf('b', { rates }))
      expectThat('rate-limited', answer.outcome === 'rate-limited')
    },
  ],
]
