// When a breaker opens, whom it lets through, and when it closes again.

import { describe, expect, it } from 'vitest'
import { type ByokError, isByokError, ProviderError } from '../../src/core/errors.js'
import { Breaker, type BreakerChange, type BreakerOptions } from '../../src/resilience/breaker.js'
import { FakeClock } from '../../src/testing/fake-clock.js'
import { StillClock } from './still-clock.js'

const usual: BreakerOptions = {
  consecutiveFailures: 5,
  failureRate: 0.5,
  minimumCalls: 10,
  windowMs: 30_000,
  openMs: 10_000,
  maxOpenMs: 300_000,
}
const outage = new ProviderError('provider', 'It is down.', { status: 503 })
const name = 'acme/large'

function breakerWith(options: Partial<BreakerOptions> = {}) {
  const clock = new StillClock()
  const changes: BreakerChange[] = []
  const breaker = new Breaker({ ...usual, ...options }, clock, (change) => changes.push(change))
  const fail = (times: number, of = name): void => {
    for (let time = 0; time < times; time++) breaker.acquire(of).failure(outage)
  }
  const succeed = (times: number): void => {
    for (let time = 0; time < times; time++) breaker.acquire(name).success()
  }
  const statesSeen = (): string[] => changes.map(({ state }) => state)
  return { breaker, clock, changes, fail, succeed, statesSeen }
}

function refusalOf(breaker: Breaker, of = name): ByokError {
  try {
    breaker.acquire(of)
  } catch (error) {
    if (isByokError(error)) return error
  }
  throw new Error('It let us through.')
}

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
  it.each([0, 0.999])('BR1: doubles from 10 s up to 5 min, with chance at %d', (chance) => {
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
      const { breaker, clock, fail } = breakerWith({ openMs: 10_000, maxOpenMs: 11_000 })
      clock.chance = chance
      fail(5)
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

describe('BR2: permits', () => {
  it('C2: of a hundred at half-open exactly one gets through', () => {
    const { breaker, clock, fail } = breakerWith()
    fail(5)
    clock.nowMs = 10_000
    expect(breaker.isReady(name)).toBe(true)
    const probe = breaker.acquire(name)
    for (let other = 0; other < 99; other++) {
      expect(refusalOf(breaker)).toMatchObject({ code: 'circuit-open', retryAfterMs: 10_000, cause: outage })
    }
    expect(breaker.isReady(name)).toBe(false)
    expect(breaker.stateOf(name)).toEqual({ state: 'half-open' })
    probe.success()
    expect(breaker.stateOf(name)).toEqual({ state: 'closed' })
  })

  it('C3: a probe whose caller left gives its place back, and closes nothing', () => {
    const { breaker, clock, fail, statesSeen } = breakerWith()
    fail(5)
    clock.nowMs = 10_000
    for (let leaver = 0; leaver < 10; leaver++) {
      breaker.acquire(name).ignore()
      expect(breaker.stateOf(name)).toEqual({ state: 'half-open' })
    }
    expect(statesSeen()).toEqual(['open', 'half-open'])
    breaker.acquire(name).failure(outage)
    expect(breaker.stateOf(name)).toEqual({ state: 'open', retryAfterMs: 20_000 })
  })

  it('C4: a probe that ends by its time limit makes room for the next one', () => {
    const { breaker, clock, fail } = breakerWith()
    fail(5)
    clock.nowMs = 10_000
    const probe = breaker.acquire(name)
    clock.nowMs = 130_000
    probe.failure(new ProviderError('timeout', 'Too slow.', { phase: 'first-token' }))
    clock.nowMs += 20_000
    breaker.acquire(name).success()
    expect(breaker.stateOf(name).state).toBe('closed')
  })

  it('BR2: only the first ending counts', () => {
    const { breaker, fail } = breakerWith()
    fail(4)
    const permit = breaker.acquire(name)
    permit.ignore()
    permit.failure(outage)
    permit.success()
    expect(breaker.stateOf(name).state).toBe('closed')
    fail(1)
    expect(breaker.stateOf(name).state).toBe('open')
  })

  it('BR2: calls that began before it opened push nothing out, and their success closes nothing', () => {
    const { breaker, clock, fail, statesSeen } = breakerWith()
    const early = Array.from({ length: 20 }, () => breaker.acquire(name))
    fail(5)
    clock.nowMs = 9_000
    for (const permit of early.slice(0, 10)) permit.failure(outage)
    early[10]?.success()
    expect(breaker.stateOf(name)).toEqual({ state: 'open', retryAfterMs: 1_000 })
    clock.nowMs = 10_000
    const probe = breaker.acquire(name)
    early[11]?.success()
    early[12]?.failure(outage)
    early[13]?.ignore()
    expect(refusalOf(breaker).code).toBe('circuit-open')
    probe.success()
    for (const permit of early.slice(14)) permit.failure(outage)
    expect(statesSeen()).toEqual(['open', 'half-open', 'closed'])
  })
})

describe('C6 to C8: several breakers, flapping, wrong clocks', () => {
  it('C6: each name has its own time; the soonest lets one probe through when it has come, none before', () => {
    const { breaker, clock, fail } = breakerWith()
    fail(5, 'one/a')
    clock.nowMs = 4_000
    fail(5, 'two/b')
    expect(
      [refusalOf(breaker, 'one/a'), refusalOf(breaker, 'two/b')].map((each) => each.retryAfterMs),
    ).toEqual([6_000, 10_000])
    clock.nowMs = 9_999
    expect(['one/a', 'two/b', 'three/c'].map((each) => breaker.isReady(each))).toEqual([false, false, true])
    clock.nowMs = 10_000
    breaker.acquire('one/a')
    expect(['one/a', 'two/b'].map((each) => breaker.isReady(each))).toEqual([false, false])
  })

  it('C7: a provider that fails every other call changes state no faster than the open time, in order', () => {
    const { breaker, clock, changes } = breakerWith()
    const times: number[] = []
    for (let call = 0; call < 12_000; call++) {
      clock.nowMs += 50
      if (!breaker.isReady(name)) continue
      const permit = breaker.acquire(name)
      if (call % 2 === 0) permit.failure(outage)
      else permit.success()
      while (times.length < changes.length) times.push(clock.nowMs)
    }
    const after: Record<string, readonly string[]> = {
      open: ['half-open'],
      'half-open': ['open', 'closed'],
      closed: ['open'],
    }
    expect(changes[0]?.state).toBe('open')
    expect(changes.length).toBeGreaterThan(4)
    for (const [index, { state }] of changes.slice(1).entries()) {
      const before = changes[index]
      expect(after[before?.state ?? '']).toContain(state)
      if (before?.state === 'open')
        expect((times[index + 1] ?? 0) - (times[index] ?? 0)).toBeGreaterThanOrEqual(10_000)
    }
    expect(changes.filter(({ state }) => state === 'open').length).toBeLessThanOrEqual(600_000 / 10_000)
  })

  it.each([3_600_000, -3_600_000])('C8: a wall clock that jumps by %d ms changes nothing', async (jump) => {
    const clock = new FakeClock()
    const breaker = new Breaker(usual, clock, () => undefined)
    for (let time = 0; time < 4; time++) breaker.acquire(name).failure(outage)
    clock.jumpDate(jump)
    breaker.acquire(name).failure(outage)
    const before = breaker.stateOf(name)
    clock.jumpDate(jump)
    expect(breaker.stateOf(name)).toEqual(before)
    await clock.advance(before.retryAfterMs ?? 0)
    clock.jumpDate(-jump)
    breaker.acquire(name).success()
    expect(breaker.stateOf(name)).toEqual({ state: 'closed' })
  })
})
