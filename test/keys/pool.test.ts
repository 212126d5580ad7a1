// What puts a key out of use, and for how long.

import { describe, expect, it } from 'vitest'
import type { ErrorCode } from '../../src/core/error-code.js'
import { both, first, poolOf, refused, second } from './pool-stage.js'

describe('KY8: what puts a key out of use', () => {
  it('KY8: a 429 rests the key for that model until its Retry-After, and for no other model', () => {
    const { pool, clock, ready } = poolOf()
    pool.failed('acme', 'large', first, refused('rate-limited', 30_000))
    expect([ready('large'), ready('small'), ready('large', both, 'other')]).toEqual([
      ['second'],
      ['first', 'second'],
      ['first', 'second'],
    ])
    clock.nowMs = 29_999
    expect(ready()).toEqual(['second'])
    clock.nowMs = 30_000
    expect(ready()).toEqual(['first', 'second'])
  })

  it.each(['authentication', 'quota-exceeded'] as const)('KY8: %s parks the key for every model', (code) => {
    const { pool, clock, ready } = poolOf()
    pool.failed('acme', 'large', first, refused(code))
    expect([ready('large'), ready('small'), ready('small', both, 'other')]).toEqual([
      ['second'],
      ['second'],
      ['first', 'second'],
    ])
    clock.nowMs = 59_999
    expect(ready('small')).toEqual(['second'])
    clock.nowMs = 60_000
    expect(ready('small')).toEqual(['first', 'second'])
  })

  it('KY8: says of which providers no model need be asked for', () => {
    const { pool, clock } = poolOf()
    expect(pool.mayRefuse('acme', [first])).toBe(false)
    pool.failed('acme', 'large', first, refused('rate-limited', 30_000))
    expect(pool.mayRefuse('acme', [first])).toBe(true)
    expect([
      pool.mayRefuse('acme', both),
      pool.mayRefuse('acme', []),
      pool.mayRefuse('other', [first]),
    ]).toEqual([false, false, false])
    clock.nowMs = 30_000
    pool.succeeded('acme', 'large', first)
    expect(pool.mayRefuse('acme', [first])).toBe(false)
  })

  it('KY8: a 403 parks the key for that model alone', () => {
    const { pool, clock, ready } = poolOf()
    pool.failed('acme', 'large', first, refused('permission'))
    expect([ready('large'), ready('small')]).toEqual([['second'], ['first', 'second']])
    clock.nowMs = 60_000
    expect(ready('large')).toEqual(['first', 'second'])
  })

  it.each([
    'provider',
    'overloaded',
    'network',
    'timeout',
    'invalid-request',
    'aborted',
    'model-not-found',
  ] as const)('KY8: %s is no fault of the key', (code) => {
    const { pool, told, ready } = poolOf()
    pool.failed('acme', 'large', first, refused(code, 30_000))
    expect([ready(), told, pool.states()]).toEqual([['first', 'second'], [], []])
  })

  it('KY8: a refusal of the model and one of the key hold side by side, and the later end counts', () => {
    const { pool, clock, ready } = poolOf()
    pool.failed('acme', 'large', first, refused('rate-limited', 90_000))
    pool.failed('acme', 'large', first, refused('authentication'))
    expect(pool.refusal('acme', 'large', [first])).toMatchObject({ retryAfterMs: 90_000 })
    expect(pool.refusal('acme', 'small', [first])).toMatchObject({ retryAfterMs: 60_000 })
    clock.nowMs = 60_000
    expect([ready('large'), ready('small')]).toEqual([['second'], ['first', 'second']])
  })
})

describe('KY8: for how long', () => {
  const endings = {
    'rate-limited': [1, 2, 4, 8, 16, 32, 60, 60],
    authentication: [60, 120, 240, 480, 600, 600],
  }

  it.each(Object.entries(endings))('KY8: %s again and again: %j seconds', (code, seconds) => {
    const { pool, clock } = poolOf()
    const waits = seconds.map(() => {
      pool.failed('acme', 'large', first, refused(code as ErrorCode)) // its own keys
      const waitMs = pool.refusal('acme', 'large', [first])?.retryAfterMs ?? 0
      clock.nowMs += waitMs
      return waitMs / 1_000
    })
    expect(waits).toEqual(seconds)
  })

  it('KY8: the provider’s wish wins, shorter or longer, and one for no time at all is none', () => {
    for (const [wish, waitMs] of [
      [250, 250],
      [86_400_000, 86_400_000],
      [0, 1_000],
    ] as const) {
      const { pool } = poolOf()
      pool.failed('acme', 'large', first, refused('rate-limited', wish))
      expect(pool.refusal('acme', 'large', [first])?.retryAfterMs).toBe(waitMs)
    }
  })

  it('KY8: calls that were under way when it was refused are no further failures', () => {
    for (const [code, waitMs] of [
      ['authentication', 60_000],
      ['rate-limited', 1_000],
    ] as const) {
      const { pool, clock, told } = poolOf()
      for (let call = 0; call < 20; call++) {
        pool.failed('acme', 'large', first, refused(code))
        clock.nowMs += 1
      }
      expect(pool.refusal('acme', 'large', [first])?.retryAfterMs).toBe(waitMs - 20)
      expect(told).toHaveLength(1)
      clock.nowMs = waitMs
      pool.failed('acme', 'large', first, refused(code))
      expect(pool.refusal('acme', 'large', [first])?.retryAfterMs).toBe(waitMs * 2)
    }
  })

  it('KY8: of the wishes of calls under way the latest end holds, and they count as one failure', () => {
    const { pool, clock } = poolOf()
    for (const wish of [5_000, 30_000, 10_000])
      pool.failed('acme', 'large', first, refused('rate-limited', wish))
    expect(pool.refusal('acme', 'large', [first])?.retryAfterMs).toBe(30_000)
    clock.nowMs = 30_000
    pool.failed('acme', 'large', first, refused('rate-limited'))
    expect(pool.refusal('acme', 'large', [first])?.retryAfterMs).toBe(2_000)
  })

  it('KY8: a success of a call under way gives back no key before its time', () => {
    const { pool, told, ready } = poolOf()
    pool.failed('acme', 'large', first, refused('rate-limited', 30_000))
    pool.failed('acme', 'large', second, refused('authentication'))
    for (const key of both) pool.succeeded('acme', 'large', key)
    expect(ready()).toEqual(['none'])
    expect(told.map(({ state }) => state)).toEqual(['resting', 'parked'])
  })

  it('KY8: a success after its time clears the count, for that model and for the key', () => {
    const { pool, clock, told } = poolOf()
    for (const code of ['permission', 'authentication'] as const) {
      pool.failed('acme', 'large', first, refused(code))
      pool.failed('acme', 'small', first, refused('permission'))
    }
    clock.nowMs = 60_000
    told.length = 0
    pool.succeeded('acme', 'large', first)
    pool.succeeded('acme', 'large', first)
    expect(told).toEqual([
      { provider: 'acme', key: 'first', state: 'ready' },
      { provider: 'acme', key: 'first', model: 'large', state: 'ready' },
    ])
    for (const model of ['large', 'small']) pool.failed('acme', model, first, refused('permission'))
    const waits = ['large', 'small'].map((model) => pool.refusal('acme', model, [first])?.retryAfterMs)
    expect(waits).toEqual([60_000, 120_000])
  })

  it('KY8: having been asked too often says nothing about being refused', () => {
    const { pool, clock } = poolOf()
    for (let time = 0; time < 4; time++) {
      pool.failed('acme', 'large', first, refused('rate-limited'))
      clock.nowMs += 60_000
    }
    pool.failed('acme', 'large', first, refused('permission'))
    expect(pool.refusal('acme', 'large', [first])).toMatchObject({ retryAfterMs: 60_000 })
  })

  it('C8: a wall clock that jumps changes nothing', () => {
    const { pool, clock, ready } = poolOf()
    pool.failed('acme', 'large', first, refused('rate-limited', 30_000))
    for (const jump of [3_600_000, -7_200_000]) {
      clock.dateMs += jump
      expect(ready()).toEqual(['second'])
    }
  })
})
