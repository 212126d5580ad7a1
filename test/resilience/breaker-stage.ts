// A breaker with a clock that stands still, and the little that every test of it does.

import { type ByokError, isByokError, ProviderError } from '../../src/core/errors.js'
import { Breaker, type BreakerChange, type BreakerOptions } from '../../src/resilience/breaker.js'
import { StillClock } from './still-clock.js'

/** What holds where the app says nothing. */
export const usual: BreakerOptions = {
  consecutiveFailures: 5,
  failureRate: 0.5,
  minimumCalls: 10,
  windowMs: 30_000,
  openMs: 10_000,
  maxOpenMs: 300_000,
}

export const name = 'acme/large'

export const outage = new ProviderError('provider', 'It is down.', { status: 503 })

/** A breaker, what it has told, and ways to use it. */
export function breakerWith(options: Partial<BreakerOptions> = {}) {
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

/** The error of somebody who is not let through. */
export function refusalOf(breaker: Breaker, of = name): ByokError {
  try {
    breaker.acquire(of)
  } catch (error) {
    if (isByokError(error)) return error
  }
  throw new Error('It let us through.')
}
