// Which of the keys that may be used is drawn, and what a pool tells of the others.

import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import type { PartialAnswer } from '../../src/core/response.js'
import { Secret } from '../../src/core/secret.js'
import { onlyKey, withoutSecret } from '../../src/keys/pooled-key.js'
import { both, first, keyOf, poolOf, refused, second } from './pool-stage.js'

describe('KY8: the draw', () => {
  it('KY8: falls on each key as often as its weight says', () => {
    const { pool, clock } = poolOf()
    const keys = [keyOf('a', 1), keyOf('b', 2.5), keyOf('c', 0.5)]
    const counts = new Map<string, number>()
    for (let part = 0; part < 4_000; part++) {
      clock.chance = part / 4_000
      const { id } = pool.pick('acme', 'large', keys) ?? { id: 'none' }
      counts.set(id, (counts.get(id) ?? 0) + 1)
    }
    expect([...counts]).toEqual([
      ['a', 1_000],
      ['b', 2_500],
      ['c', 500],
    ])
  })

  it.each([
    ['rounded', [0.1, 0.2, 0.3, 0.7, 1e-17]],
    ['as small as numbers are', [Number.MIN_VALUE, Number.MIN_VALUE]],
    ['as big as numbers are', [Number.MAX_VALUE, Number.MAX_VALUE]],
    ['far apart', [1e-300, 1e300, 1e-300]],
  ])('KY8: always falls on a key that is ready, where the weights are %s', (_, weights) => {
    const { pool, clock } = poolOf()
    const keys = weights.map((weight, index) => keyOf(`${index}`, weight))
    for (const chance of [0, 0.25, 0.5, 0.75, 1 - 2 ** -53]) {
      clock.chance = chance
      expect(pool.pick('acme', 'large', keys)).toBeDefined()
    }
  })

  it('KY8: falls on nobody where all are out of use, and among none', () => {
    const { pool, ready } = poolOf()
    for (const key of both) pool.failed('acme', 'large', key, refused('authentication'))
    expect(ready()).toEqual(['none'])
    expect(pool.pick('acme', 'large', [])).toBeUndefined()
    expect(pool.refusal('acme', 'large', [])).toBeUndefined()
  })

  it('KY8: a provider that needs no key has one too, that rests like others', () => {
    const { pool, clock } = poolOf()
    expect(pool.pick('local', 'large', withoutSecret)?.id).toBe('none')
    pool.failed('local', 'large', withoutSecret[0] ?? first, refused('rate-limited'))
    expect(pool.pick('local', 'large', withoutSecret)).toBeUndefined()
    clock.nowMs = 1_000
    expect(pool.pick('local', 'large', withoutSecret)?.id).toBe('none')
  })
})

describe('KY8: what is told', () => {
  it('KY8: where no key is left, the error is that of the key that comes back first', () => {
    const { pool, clock } = poolOf()
    const limited = refused('rate-limited', 20_000.4)
    pool.failed('acme', 'large', second, limited)
    expect(pool.refusal('acme', 'large', both)).toBeUndefined()
    pool.failed('acme', 'large', first, refused('authentication'))
    clock.nowMs = 5_000
    const refusal = pool.refusal('acme', 'large', both)
    expect(refusal).toMatchObject({ retryAfterMs: 15_001 })
    expect(refusal?.error).toMatchObject({
      code: 'rate-limited',
      status: 429,
      provider: 'acme',
      model: 'large',
      retryAfterMs: 15_001,
      message: 'Each of the 2 keys for acme is out of use (rate-limited); the next try is in 15001 ms.',
    })
    expect(refusal?.error.cause).toBe(limited)
    expect(pool.refusal('acme', 'large', [first])?.error.message).toMatch(/^The key for acme is out of use/)
  })

  it('KY8: states() lists the keys that are out of use now, and changes are told as they happen', () => {
    const { pool, clock, told } = poolOf()
    pool.failed('acme', 'large', first, refused('rate-limited', 10_000.5))
    pool.failed('acme', 'large', second, refused('quota-exceeded'))
    const resting = {
      provider: 'acme',
      key: 'first',
      model: 'large',
      state: 'resting',
      reason: 'rate-limited',
    }
    const parked = { provider: 'acme', key: 'second', state: 'parked', reason: 'quota-exceeded' }
    const states = [
      { ...resting, retryAfterMs: 10_001 },
      { ...parked, retryAfterMs: 60_000 },
    ]
    expect(told).toEqual(states)
    expect(pool.states()).toEqual(states)
    clock.nowMs = 10_001
    expect(pool.states()).toEqual([{ ...parked, retryAfterMs: 49_999 }])
    clock.nowMs = 60_000
    expect(pool.states()).toEqual([])
  })

  it('KY3: what one tenant’s key does says nothing about another’s, also under the same name', () => {
    const { pool } = poolOf()
    const [ofA, ofB, alsoOfA] = ['key-of-tenant-a', 'key-of-tenant-b', 'key-of-tenant-a'].map((value) =>
      onlyKey(new Secret(value)),
    )
    for (let time = 0; time < 100; time++)
      pool.failed('acme', 'large', ofA?.[0] ?? first, refused('authentication'))
    expect(pool.pick('acme', 'large', ofA ?? [])).toBeUndefined()
    expect(pool.pick('acme', 'large', ofB ?? [])).toBe(ofB?.[0])
    expect(pool.pick('acme', 'large', alsoOfA ?? [])).toBeUndefined() // the same key, whoever brings it
  })

  it('KY3: names that look alike when put together are still different', () => {
    const { pool } = poolOf()
    pool.failed('acme', 'a","b', keyOf('x', 1, 'k'), refused('rate-limited'))
    expect(pool.pick('acme', 'a', [keyOf('x', 1, 'b","k')])).toBeDefined()
    expect(pool.pick('acme","a', 'b', [keyOf('x', 1, 'k')])).toBeDefined()
  })

  it('KY3: nobody hears what another caller had got of an answer', () => {
    const { pool } = poolOf()
    const partial = { text: 'for my eyes only' } as PartialAnswer // the rest of it does not matter here
    pool.failed('acme', 'large', first, refused('rate-limited').with({ partial, attempts: [] }))
    const cause = pool.refusal('acme', 'large', [first])?.error.cause
    expect(cause).toMatchObject({ code: 'rate-limited', message: 'Refused.', status: 429 })
    expect(cause).not.toHaveProperty('partial')
    expect(cause).not.toHaveProperty('attempts')
    expect(inspect(cause, { depth: null })).not.toContain('eyes')
  })

  it('KY6: nothing of a key is shown, by print, JSON, state, change or error', () => {
    const { pool, told } = poolOf()
    for (const key of both) pool.failed('acme', 'large', key, refused('authentication'))
    pool.failed('acme', 'large', first, refused('rate-limited'))
    const error = pool.refusal('acme', 'large', both)?.error
    const all = { pool, told, states: pool.states(), error, both }
    const shown = inspect(all, { depth: null, showHidden: true }) + JSON.stringify(all) + String(error)
    expect(shown).toContain('first')
    expect(shown).not.toMatch(/test-key|0123456789/)
  })

  it('E12: keeps 10,000 refusals; the one that is oldest is forgotten', () => {
    const { pool } = poolOf()
    pool.failed('acme', 'large', first, refused('authentication'))
    for (let other = 0; other < 10_000; other++)
      pool.failed('acme', 'large', keyOf('x', 1, `k${other}`), refused('authentication'))
    expect(pool.states()).toHaveLength(10_000)
    expect(pool.pick('acme', 'large', [first])).toBe(first)
  })
})
