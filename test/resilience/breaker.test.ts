// When a breaker opens, and for how long.

import { describe, expect, it } from 'vitest'
import { breakerWith, name, outage, refusalOf } from './breaker-stage.js'

describe('BR1: what opens a breaker', () => {
  it('C1: the fifth failure in a row opens it, and the next call is refused with the time and the last error', () => {
    const { breaker, changes, fail } = breakerWith()
    fail(4)
    expect(breaker.stateOf(name)).toEqual({ state: 'closed' })
    fail(1)
    expect(changes).toEqual([{ name, state: 'open', error: outage, retryAfterMs: 10_000 }])
    expect(refusalOf(breaker)).toMatchObject({
      code: 'circuit-open',
      isRetryable: true,
      retryAfterMs: 10_000,
    })
    expect(refusalOf(breaker).cause).toBe(outage)
    expect(breaker.isReady(name)).toBe(false)
  })

  it('BR1: names those that nobody may ask, until their time is over', () => {
    const { breaker, clock, fail } = breakerWith()
    fail(4)
    fail(5, 'acme/small')
    expect([...breaker.refused()]).toEqual(['acme/small'])
    clock.nowMs = 9_999
    expect([...breaker.refused()]).toEqual(['acme/small'])
    clock.nowMs = 10_000
    expect([...breaker.refused()]).toEqual([])
    const probe = breaker.acquire('acme/small')
    expect([...breaker.refused()]).toEqual(['acme/small'])
    probe.success()
    expect([...breaker.refused()]).toEqual([])
  })

  it('BR1: a success between failures clears the count', () => {
    const { breaker, fail, succeed } = breakerWith({ minimumCalls: 1_000 })
    for (let round = 0; round < 20; round++) {
      fail(4)
      succeed(1)
    }
    expect(breaker.stateOf(name).state).toBe('closed')
    fail(5)
    expect(breaker.stateOf(name).state).toBe('open')
  })

  it('BR1: half of ten calls opens it, half of nine does not, and four of ten do not', () => {
    const nine = breakerWith()
    nine.succeed(4)
    nine.fail(4)
    nine.succeed(1)
    expect(nine.breaker.stateOf(name).state).toBe('closed')
    nine.fail(1)
    expect(nine.breaker.stateOf(name).state).toBe('open')
    const four = breakerWith()
    four.succeed(6)
    four.fail(4)
    expect(four.breaker.stateOf(name).state).toBe('closed')
  })

  it('BR1: seven of a hundred are 7 %, whatever binary fractions make of it', () => {
    const { breaker, fail, succeed } = breakerWith({
      failureRate: 0.07,
      minimumCalls: 100,
      consecutiveFailures: 50,
    })
    succeed(93)
    fail(6)
    expect(breaker.stateOf(name).state).toBe('closed')
    fail(1)
    expect(breaker.stateOf(name).state).toBe('open')
  })

  it('BR1: calls count for 27 to 30 s, a tenth of the window at a time', () => {
    for (const [at, openAt, closedAt] of [
      [0, 29_999, 30_000],
      [2_999, 29_999, 30_000],
      [3_000, 32_999, 33_000],
    ] as const) {
      for (const [later, state] of [
        [openAt, 'open'],
        [closedAt, 'closed'],
      ] as const) {
        const { breaker, clock, fail, succeed } = breakerWith()
        clock.nowMs = at
        fail(4)
        succeed(1)
        clock.nowMs = later
        succeed(4)
        fail(1)
        expect(breaker.stateOf(name).state, `${at} to ${later}`).toBe(state)
      }
    }
  })
})

describe('BR1: how long it stays open', () => {
  it.each([0, 0.5])('BR1: doubles from 10 s up to 5 min, with chance at %d', (chance) => {
    const { breaker, clock, fail } = breakerWith()
    clock.chance = chance
    fail(5)
    const waits: number[] = []
    for (let round = 0; round < 8; round++) {
      const { retryAfterMs = 0 } = breaker.stateOf(name)
      waits.push(retryAfterMs)
      clock.nowMs += retryAfterMs - 1
      expect(refusalOf(breaker).code).toBe('circuit-open')
      clock.nowMs += 1
      breaker.acquire(name).failure(outage)
    }
    const plain = [10_000, 20_000, 40_000, 80_000, 160_000]
    expect(waits.slice(0, 5)).toEqual(plain.map((ms) => Math.ceil(ms * (1 + chance / 10))))
    for (const wait of waits.slice(5)) {
      expect(wait).toBeGreaterThanOrEqual(300_000 / 1.1)
      expect(wait).toBeLessThanOrEqual(300_000)
    }
  })

  it('BR1: at the longest time there is jitter too, and two processes part', () => {
    const waits = [0, 0.5, 0.999].map((chance) => {
      const { breaker, clock, fail } = breakerWith()
      clock.chance = chance
      fail(5)
      for (let round = 0; round < 8; round++) {
        clock.nowMs += 300_000
        breaker.acquire(name).failure(outage)
      }
      return breaker.stateOf(name).retryAfterMs
    })
    expect(new Set(waits).size).toBe(3)
  })

  it('BR1: never longer than the longest time, even where that is shorter than the first', () => {
    for (const maxOpenMs of [1, 5_000, 10_000]) {
      const { breaker, clock, fail } = breakerWith({ maxOpenMs })
      clock.chance = 0.999
      fail(5)
      expect(breaker.stateOf(name)).toEqual({ state: 'open', retryAfterMs: maxOpenMs })
    }
  })

  it('BR1: opens two thousand times in a row without losing count', () => {
    const { breaker, clock, fail } = breakerWith()
    fail(5)
    for (let round = 0; round < 2_000; round++) {
      clock.nowMs += 300_000
      breaker.acquire(name).failure(outage)
    }
    expect(breaker.stateOf(name).retryAfterMs).toBeLessThanOrEqual(300_000)
  })

  it('BR1: a success of the probe closes it and forgets everything', () => {
    const { breaker, clock, changes, fail } = breakerWith()
    fail(5)
    clock.nowMs = 10_000
    breaker.acquire(name).failure(outage)
    clock.nowMs += 20_000
    breaker.acquire(name).success()
    expect(changes.at(-1)).toEqual({ name, state: 'closed' })
    fail(4)
    expect(breaker.stateOf(name).state).toBe('closed')
    fail(1)
    expect(breaker.stateOf(name)).toEqual({ state: 'open', retryAfterMs: 10_000 })
  })

  it('BR3: what it says of its time is whole milliseconds, and true', () => {
    const { breaker, clock, fail } = breakerWith()
    clock.nowMs = 0.123
    clock.chance = 0.123_456
    fail(5)
    const { retryAfterMs = 0 } = breaker.stateOf(name)
    expect(Number.isInteger(retryAfterMs)).toBe(true)
    expect(refusalOf(breaker).retryAfterMs).toBe(retryAfterMs)
    clock.nowMs += retryAfterMs
    expect(breaker.isReady(name)).toBe(true)
  })
})
