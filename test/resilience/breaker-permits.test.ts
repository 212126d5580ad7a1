// Whom a breaker lets through, and what their endings mean.

import { describe, expect, it } from 'vitest'
import { ProviderError } from '../../src/core/errors.js'
import { Breaker } from '../../src/resilience/breaker.js'
import { FakeClock } from '../../src/testing/fake-clock.js'
import { breakerWith, name, outage, refusalOf, usual } from './breaker-stage.js'

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
