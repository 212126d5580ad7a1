// How long to wait before the same candidate is asked again.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ProviderError } from '../../src/core/errors.js'
import { type RetryOptions, retryDelay } from '../../src/resilience/retry.js'
import { StillClock } from './still-clock.js'

const usual: RetryOptions = {
  maxRetries: 2,
  baseMs: 250,
  throttleBaseMs: 1_000,
  maxMs: 20_000,
  maxRetryAfterMs: 60_000,
}

function delay(
  kind: 'transient' | 'throttle',
  retries: number,
  {
    chance = 0.5,
    wishMs,
    options = usual,
  }: { chance?: number; wishMs?: number; options?: RetryOptions } = {},
): number | undefined {
  const clock = new StillClock()
  clock.chance = chance
  const wish = wishMs === undefined ? {} : { retryAfterMs: wishMs }
  return retryDelay(new ProviderError('provider', 'It is down.', wish), kind, retries, options, clock)
}

describe('FO5: the wait before a retry', () => {
  it('FO5: is drawn from 0 up to 250 ms, then 500 …; throttled up to 1 s, then 2 s …; never up to more than 20 s', () => {
    const chance = 1 // a hair more than any clock gives, so that this is the cap
    const rounds = Array.from({ length: 9 }, (_, retries) => retries)
    expect(rounds.map((retries) => delay('transient', retries, { chance }))).toEqual([
      250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 20_000, 20_000,
    ])
    expect(rounds.map((retries) => delay('throttle', retries, { chance }))).toEqual([
      1_000, 2_000, 4_000, 8_000, 16_000, 20_000, 20_000, 20_000, 20_000,
    ])
  })

  it('FO5: full jitter: the share of the cap is the share that chance gives, also at the cap', () => {
    for (const chance of [0, 0.1, 0.5, 0.999]) {
      expect(delay('transient', 0, { chance })).toBe(250 * chance)
      expect(delay('throttle', 1, { chance })).toBe(2_000 * chance)
      expect(delay('throttle', 1_100, { chance })).toBe(20_000 * chance)
    }
  })

  it('FO5: a hint is the floor, up to 60 s; for a longer one nobody waits', () => {
    expect(delay('transient', 0, { wishMs: 200, chance: 0.1 })).toBe(200)
    expect(delay('transient', 0, { wishMs: 200, chance: 0.9 })).toBe(225)
    expect(delay('throttle', 0, { wishMs: 59_999 })).toBe(59_999)
    expect(delay('throttle', 0, { wishMs: 60_000 })).toBe(60_000)
    expect(delay('throttle', 0, { wishMs: 60_001 })).toBeUndefined()
    expect(delay('throttle', 0, { wishMs: 86_400_000 })).toBeUndefined()
    expect(delay('transient', 0, { wishMs: 0 })).toBe(125)
  })

  it('FO5: where the first wait is 0, so are all, however often', () => {
    const options = { ...usual, baseMs: 0, throttleBaseMs: 0 }
    for (const retries of [0, 1, 2_000]) expect(delay('transient', retries, { options })).toBe(0)
  })

  it('FO5: stays within its bounds whatever is set and drawn', () => {
    const whole = fc.nat(100_000)
    fc.assert(
      fc.property(
        fc.record({ baseMs: whole, throttleBaseMs: whole, maxMs: whole, maxRetryAfterMs: whole }),
        fc.constantFrom('transient' as const, 'throttle' as const),
        fc.nat(2_000),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        fc.option(fc.nat(200_000), { nil: undefined }),
        (given, kind, retries, chance, wishMs) => {
          const options = { maxRetries: 2, ...given }
          const waitMs = delay(kind, retries, {
            chance,
            options,
            ...(wishMs === undefined ? {} : { wishMs }),
          })
          if ((wishMs ?? 0) > options.maxRetryAfterMs) return waitMs === undefined
          const most = Math.max(wishMs ?? 0, options.maxMs)
          return waitMs !== undefined && waitMs >= (wishMs ?? 0) && waitMs <= most
        },
      ),
    )
  })
})
