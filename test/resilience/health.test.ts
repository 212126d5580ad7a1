// How well a model has done, in figures worked out by hand.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { HealthRecord } from '../../src/resilience/health.js'
import { StillClock } from './still-clock.js'

const name = 'acme/large'

function recordOf(...calls: readonly (readonly [isSuccess: boolean, durationMs: number])[]) {
  const clock = new StillClock()
  const health = new HealthRecord(clock)
  for (const [isSuccess, durationMs] of calls) health.note(name, isSuccess, durationMs)
  return { health, clock }
}

describe('HE1: the score of a model', () => {
  it('HE1: without a sample 1, without a success 0', () => {
    expect(recordOf().health.of(name)).toEqual({ calls: 0, successRate: null, latencyMs: null, score: 1 })
    expect(recordOf([false, 1], [false, 1]).health.of(name)).toEqual({
      calls: 2,
      successRate: 0,
      latencyMs: null,
      score: 0,
    })
  })

  it.each([
    ['one success in 1 s', [[true, 1_000]], 0.94], // 0.7 + 0.3 × 0.8
    ['one success at once', [[true, 0]], 1],
    ['one success in 5 s', [[true, 5_000]], 0.7],
    ['one success in 20 s', [[true, 20_000]], 0.7],
    [
      'three of four, in 1, 2 and 3 s',
      [
        [true, 1_000],
        [true, 2_000],
        [true, 3_000],
        [false, 9],
      ],
      0.705,
    ], // 0.525 + 0.3 × 0.6
    [
      'half, the failures at once',
      [
        [true, 2_500],
        [false, 0],
      ],
      0.5,
    ], // 0.35 + 0.15: failures make nobody faster
    [
      'half, the failures slow',
      [
        [true, 2_500],
        [false, 120_000],
      ],
      0.5,
    ],
  ] as const)('HE1: %s', (_, calls, score) => {
    expect(recordOf(...calls).health.of(name).score).toBeCloseTo(score, 12)
  })

  it('HE1: counts five minutes back, and not one millisecond more', () => {
    const { health, clock } = recordOf([false, 10])
    clock.nowMs = 299_999
    health.note(name, true, 0)
    expect(health.of(name)).toMatchObject({ calls: 2, successRate: 0.5 })
    clock.nowMs = 300_000
    expect(health.of(name)).toMatchObject({ calls: 1, successRate: 1, score: 1 })
    clock.nowMs = 599_999
    expect(health.of(name)).toEqual({ calls: 0, successRate: null, latencyMs: null, score: 1 })
  })

  it('C8: a wall clock that jumps makes nobody forget or remember', () => {
    const { health, clock } = recordOf([true, 0])
    for (const jump of [3_600_000, -7_200_000]) {
      clock.dateMs += jump
      expect(health.of(name).calls).toBe(1)
    }
  })

  it('HE1: the percentiles are those of the successes, by nearest rank', () => {
    const hundred = Array.from({ length: 100 }, (_, index) => [true, 100 - index] as const)
    expect(recordOf(...hundred, [false, 9_999]).health.of(name).latencyMs).toEqual({
      p50: 50,
      p95: 95,
      p99: 99,
    })
    expect(recordOf([true, 7]).health.of(name).latencyMs).toEqual({ p50: 7, p95: 7, p99: 7 })
    expect(recordOf([true, 20], [true, 3]).health.of(name).latencyMs).toEqual({ p50: 3, p95: 20, p99: 20 })
  })

  it('HE1: the percentiles are calls that there were, and at least their share is no slower', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(10_000), { minLength: 1, maxLength: 300 }), (durations) => {
        const { latencyMs } = recordOf(...durations.map((ms) => [true, ms] as const)).health.of(name)
        for (const [percent, value] of [
          [50, latencyMs?.p50],
          [95, latencyMs?.p95],
          [99, latencyMs?.p99],
        ] as const) {
          expect(durations).toContain(value)
          const noSlower = durations.filter((ms) => ms <= (value ?? 0)).length
          const faster = durations.filter((ms) => ms < (value ?? 0)).length
          expect(noSlower * 100).toBeGreaterThanOrEqual(percent * durations.length)
          expect(faster * 100).toBeLessThan(percent * durations.length)
        }
      }),
    )
  })

  it('HE1: the score lies between 0 and 1, and names know nothing of each other', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), fc.nat(30_000)), { maxLength: 60 }), (calls) => {
        const { health } = recordOf(...calls)
        const { score } = health.of(name)
        return score >= 0 && score <= 1 && health.of('acme/small').score === 1
      }),
    )
  })

  it('HE1: keeps the last 512 calls of a name', () => {
    const { health } = recordOf([false, 1], ...Array.from({ length: 511 }, () => [true, 1] as const))
    expect(health.of(name)).toMatchObject({ calls: 512, successRate: 511 / 512 })
    health.note(name, true, 1)
    expect(health.of(name)).toMatchObject({ calls: 512, successRate: 1 })
  })

  it('E12: keeps 10,000 names; the one asked longest ago is forgotten', () => {
    const { health } = recordOf([true, 1])
    health.note('old/one', true, 1)
    for (let other = 0; other < 9_998; other++) health.note(`other/${other}`, true, 1)
    health.note(name, true, 1)
    health.note('one/more', true, 1)
    expect(health.names()).toHaveLength(10_000)
    expect(health.of(name).calls).toBe(2)
    expect(health.of('old/one').calls).toBe(0)
  })
})
