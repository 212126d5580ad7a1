// What is done to a breaker from outside, what it tells, and what it forgets.

import { describe, expect, it } from 'vitest'
import { ProviderError } from '../../src/core/errors.js'
import type { PartialAnswer } from '../../src/core/response.js'
import { Breaker } from '../../src/resilience/breaker.js'
import { breakerWith, name, outage, refusalOf } from './breaker-stage.js'
import { StillClock } from './still-clock.js'

const longWait = (retryAfterMs: number) =>
  new ProviderError('provider', 'Come back later.', { status: 503, retryAfterMs })

describe('FO5: a wait that nobody would sit out parks the model', () => {
  it('FO5: opens a closed one for as long as the provider asked for, at most the longest time', () => {
    for (const [wish, openMs] of [
      [61_000, 61_000],
      [86_400_000, 300_000],
    ] as const) {
      const { breaker, clock } = breakerWith()
      clock.chance = 0.9
      breaker.park(name, longWait(wish))
      expect(breaker.stateOf(name)).toEqual({ state: 'open', retryAfterMs: openMs })
      expect(refusalOf(breaker).cause).toMatchObject({ message: 'Come back later.' })
    }
  })

  it('FO5: an open one stays open longer, and is never cut short', () => {
    const { breaker, clock, changes, fail } = breakerWith()
    fail(5)
    breaker.park(name, longWait(90_000))
    expect(breaker.stateOf(name)).toEqual({ state: 'open', retryAfterMs: 90_000 })
    clock.nowMs = 20_000
    breaker.park(name, longWait(61_000))
    expect(breaker.stateOf(name)).toEqual({ state: 'open', retryAfterMs: 70_000 })
    expect(changes.map(({ retryAfterMs }) => retryAfterMs)).toEqual([10_000, 90_000])
  })

  it('FO5: a probe that fails with such a wish counts as one opening', () => {
    const { breaker, clock, fail } = breakerWith()
    fail(5)
    clock.nowMs = 10_000
    const error = longWait(61_000)
    breaker.acquire(name).failure(error)
    breaker.park(name, error)
    clock.nowMs += 61_000
    breaker.acquire(name).failure(outage)
    expect(breaker.stateOf(name)).toEqual({ state: 'open', retryAfterMs: 40_000 })
  })

  it('FO5: a half-open one opens again, and what becomes of its probe changes nothing', () => {
    const { breaker, clock, fail } = breakerWith()
    fail(5)
    clock.nowMs = 10_000
    const probe = breaker.acquire(name)
    breaker.park(name, longWait(61_000))
    probe.success()
    expect(breaker.stateOf(name)).toEqual({ state: 'open', retryAfterMs: 61_000 })
    clock.nowMs += 61_000
    breaker.acquire(name).success()
    expect(breaker.stateOf(name)).toEqual({ state: 'closed' })
  })
})

describe('BR5: by hand', () => {
  it('BR5: a reset closes it, tells so, and forgets the count and the doubling', () => {
    const { breaker, clock, changes, fail } = breakerWith()
    fail(5)
    clock.nowMs = 10_000
    breaker.acquire(name).failure(outage)
    breaker.reset(name)
    expect(changes.at(-1)).toEqual({ name, state: 'closed' })
    fail(4)
    breaker.reset(name)
    fail(4)
    expect(breaker.stateOf(name)).toEqual({ state: 'closed' })
    fail(1)
    expect(breaker.stateOf(name)).toEqual({ state: 'open', retryAfterMs: 10_000 })
  })

  it('BR5: a reset while closed, or of a name that nobody knows, tells nothing', () => {
    const { breaker, changes, fail } = breakerWith()
    fail(1)
    breaker.reset(name)
    breaker.reset('nobody/none')
    expect(changes).toEqual([])
    expect(breaker.names()).toEqual([name])
  })

  it('BR5: a reset takes no notice of a probe that is out, nor that probe of the reset', () => {
    const { breaker, clock, changes, fail } = breakerWith()
    fail(5)
    clock.nowMs = 10_000
    const probe = breaker.acquire(name)
    breaker.reset(name)
    probe.failure(outage)
    fail(4)
    expect(breaker.stateOf(name)).toEqual({ state: 'closed' })
    expect(changes.map(({ state }) => state)).toEqual(['open', 'half-open', 'closed'])
  })

  it('BR5: a listener may reset while it is being told', () => {
    const clock = new StillClock()
    const breaker: Breaker = new Breaker(
      {
        consecutiveFailures: 1,
        failureRate: 1,
        minimumCalls: 1,
        windowMs: 1,
        openMs: 10,
        maxOpenMs: 10,
      },
      clock,
      ({ state }) => state === 'half-open' && breaker.reset(name),
    )
    breaker.acquire(name).failure(outage)
    clock.nowMs = 10
    breaker.acquire(name)
    breaker.acquire(name)
    expect(breaker.stateOf(name)).toEqual({ state: 'closed' })
  })
})

describe('BR5: what it tells and keeps', () => {
  it('BR5: nobody is told what another caller had got of an answer, or whom that one had asked', () => {
    const { breaker, changes } = breakerWith()
    const partial = { text: 'for my eyes only' } as PartialAnswer // the rest of it does not matter here
    const error = new ProviderError('stream-interrupted', 'It broke off.', {
      partial,
      attempts: [],
      status: 200,
    })
    breaker.park(name, error)
    breaker.reset(name)
    for (let time = 0; time < 5; time++) breaker.acquire(name).failure(error)
    for (const told of [refusalOf(breaker).cause, ...changes.flatMap(({ error: each = [] }) => each)]) {
      expect(told).toMatchObject({ code: 'stream-interrupted', message: 'It broke off.', status: 200 })
      expect(told).not.toHaveProperty('partial')
      expect(told).not.toHaveProperty('attempts')
    }
    expect(error.partial).toBe(partial)
  })

  it('BR5: looking makes no name known', () => {
    const { breaker } = breakerWith()
    expect([breaker.isReady(name), breaker.stateOf(name)]).toEqual([true, { state: 'closed' }])
    expect(breaker.names()).toEqual([])
  })

  it('E12: keeps 10,000 names; the one asked longest ago is forgotten, but not one that is open', () => {
    const { breaker, fail } = breakerWith()
    fail(5, 'open/first')
    fail(4, 'closed/second')
    const held = breaker.acquire('closed/second')
    for (let other = 0; other < 10_000; other++) breaker.acquire(`other/${other}`).success()
    expect(breaker.names()).toHaveLength(10_000)
    expect(breaker.stateOf('open/first').state).toBe('open')
    expect(breaker.names()).not.toContain('closed/second')
    expect(breaker.names()).not.toContain('other/0')
    held.failure(outage)
    fail(1, 'closed/second')
    expect(breaker.stateOf('closed/second').state).toBe('closed')
  })

  it('E12: a name that is asked again is not the oldest any more', () => {
    const { breaker, fail } = breakerWith()
    fail(4)
    breaker.acquire('old/one')
    for (let other = 0; other < 9_998; other++) breaker.acquire(`other/${other}`).success()
    for (const known of ['other/5', name]) breaker.acquire(known)
    expect(breaker.names()).toHaveLength(10_000)
    expect(breaker.names()[0]).toBe('old/one')
    breaker.acquire('one/more')
    expect(breaker.names()).not.toContain('old/one')
    fail(1)
    expect(breaker.stateOf(name).state).toBe('open')
  })

  it('E12: a permit of a forgotten name tells nobody anything', () => {
    const { breaker, changes, fail } = breakerWith()
    fail(4)
    const held = breaker.acquire(name)
    for (let other = 0; other < 10_000; other++) breaker.acquire(`other/${other}`).success()
    held.failure(outage)
    expect(changes).toEqual([])
  })

  it('E12: where all are open, the one asked longest ago is forgotten', () => {
    const { breaker } = breakerWith()
    for (let each = 0; each < 10_001; each++) breaker.park(`each/${each}`, longWait(61_000))
    expect(breaker.names()).toHaveLength(10_000)
    expect(breaker.isReady('each/0')).toBe(true)
    expect(breaker.isReady('each/1')).toBe(false)
    expect(breaker.isReady('each/10000')).toBe(false)
  })
})
