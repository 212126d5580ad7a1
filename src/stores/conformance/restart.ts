// What a store that outlasts its process promises: what it has acknowledged is there when it is opened again.

import { expectSame } from './expect.js'
import {
  admitted,
  charge,
  claim,
  counterOf,
  expectCounter,
  holdOf,
  numbers,
  recordOf,
  recordsOf,
  type Trial,
} from './world.js'

/** The trials for stores that can be reopened. */
export const restartTrials: readonly Trial[] = [
  [
    'I4: what was acknowledged before a restart stands after it',
    async (world) => {
      if (world.reopen === undefined) return
      for (const i of numbers(20)) {
        await admitted(
          world.store,
          holdOf(`a${i}`, { claims: [{ ...claim(undefined, 50), alerts: [{ share: 0.5, at: 30 }] }] }),
        )
        await world.store.commit(`a${i}`, charge(10), recordOf(`a${i}`))
      }
      await admitted(world.store, holdOf('gone'))
      await world.store.release('gone')
      await world.store.set('keys', 'a', 'one')
      await world.store.set('keys', 'a', 'two')
      await world.store.set('keys', 'b', 'x')
      await world.store.delete('keys', 'b')
      const rates = [{ key: 'calls/acme', limit: 1, windowMs: 86_400_000, amount: 1 }]
      await admitted(world.store, holdOf('rated', { claims: [], rates }))
      await world.store.commit('rated', { claims: [], rates: [1] }, recordOf('rated'))
      const store = await world.reopen()
      await expectCounter('the counter', store, 200, 0)
      const ids = (await recordsOf(store)).map(({ id }) => id)
      expectSame('records', ids, ['rated', ...numbers(20).map((i) => `a${19 - i}`)])
      expectSame('a small record', await store.get('keys', 'a'), { value: 'two', version: 2 })
      expectSame('a deleted one goes on counting', await store.set('keys', 'b', 'y'), 2)
      expectSame(
        'settled ids are known',
        (await store.commit('a3', charge(10), recordOf('a3'))).outcome,
        'repeated',
      )
      expectSame('released ids too', await store.admit(holdOf('gone')), { outcome: 'settled' })
      const answer = await store.admit(holdOf('next', { claims: [], rates }))
      expectSame('rates still count', answer.outcome, 'rate-limited')
      const marked = { ...claim(undefined, 1), alerts: [{ share: 0.5, at: 30 }] }
      await admitted(store, holdOf('marked', { claims: [marked] }))
      expectSame(
        'a mark is not told again',
        (await store.commit('marked', charge(1), recordOf('marked'))).alerts,
        [],
      )
    },
  ],
  [
    'I5: a hold that was open at a restart comes home at its bound by its end at the latest',
    async (world) => {
      if (world.reopen === undefined) return
      const month = counterOf('month')
      const claims = [claim(1_000, 200, 10), claim(undefined, 5, 1, month)]
      await admitted(world.store, holdOf('a', { claims, least: 1, most: 30, ttlMs: world.shortMs }))
      const store = await world.reopen()
      await world.wait(world.shortMs * 1.2)
      await expectCounter('at its bound', store, 500, 0)
      await expectCounter('the other', store, 35, 0, month)
      expectSame(
        'records',
        (await recordsOf(store)).map(({ id, outcome }) => `${id} ${outcome}`),
        ['a uncertain'],
      )
      expectSame('corrected', (await store.commit('a', charge(80, 8), recordOf('a'))).outcome, 'corrected')
      await expectCounter('the truth', store, 80, 0)
      expectSame('records then', await recordsOf(store), [recordOf('a')])
    },
  ],
  [
    'closing twice does no harm',
    async ({ store, reopen }) => {
      await store.set('keys', 'a', 'one')
      await store.close()
      await store.close()
      if (reopen !== undefined)
        expectSame('read again', (await (await reopen()).get('keys', 'a'))?.value, 'one')
    },
  ],
]
