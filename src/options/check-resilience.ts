// Checks the settings of retries, breakers and places in line, and lays them over what holds otherwise.

import type { BreakerOptions } from '../resilience/breaker.js'
import type { RetryOptions } from '../resilience/retry.js'
import { numberAt, recordAt, refuseUnknown, wholeNumberAt } from './check.js'

/** How many calls may be under way at once. Whoever comes later waits in line. */
export interface ConcurrencyOptions {
  /** Candidates of one provider that are being asked. @default as many as come */
  readonly perProvider?: number | undefined
  /** Requests of one tenant. @default as many as come */
  readonly perTenant?: number | undefined
  /** The longest line; whoever finds it full gets `overloaded`. @default 100 */
  readonly maxWaiting?: number | undefined
}

/** The settings with the length of the line decided. */
export interface ConcurrencySettings {
  readonly perProvider: number | undefined
  readonly perTenant: number | undefined
  readonly maxWaiting: number
}

const usualRetry: RetryOptions = {
  maxRetries: 2,
  baseMs: 250,
  throttleBaseMs: 1_000,
  maxMs: 20_000,
  maxRetryAfterMs: 60_000,
}

const usualBreaker: BreakerOptions = {
  consecutiveFailures: 5,
  failureRate: 0.5,
  minimumCalls: 10,
  windowMs: 30_000,
  openMs: 10_000,
  maxOpenMs: 300_000,
}

/** `maxRetries: 0` switches retries off. */
export function checkRetry(value: unknown): RetryOptions {
  const given = over(usualRetry, value, 'retry')
  const retry: Record<string, number> = { maxRetries: wholeNumberAt(given.maxRetries, 'retry.maxRetries', 0) }
  for (const name of ['baseMs', 'throttleBaseMs', 'maxMs', 'maxRetryAfterMs'] as const)
    retry[name] = numberAt(given[name], `retry.${name}`, 0)
  return { ...usualRetry, ...retry }
}

/** Values of 0 and below would never close, or never open: they are refused. */
export function checkBreaker(value: unknown): BreakerOptions {
  const given = over(usualBreaker, value, 'breaker')
  const breaker: Record<string, number> = {
    failureRate: numberAt(given.failureRate, 'breaker.failureRate', Number.MIN_VALUE, 1),
  }
  for (const name of ['consecutiveFailures', 'minimumCalls'] as const)
    breaker[name] = wholeNumberAt(given[name], `breaker.${name}`, 1)
  for (const name of ['windowMs', 'openMs', 'maxOpenMs'] as const)
    breaker[name] = numberAt(given[name], `breaker.${name}`, 1)
  return { ...usualBreaker, ...breaker }
}

export function checkConcurrency(value: unknown): ConcurrencySettings {
  const given = over({ perProvider: undefined, perTenant: undefined, maxWaiting: 100 }, value, 'concurrency')
  const limitAt = (name: 'perProvider' | 'perTenant'): number | undefined =>
    given[name] === undefined ? undefined : wholeNumberAt(given[name], `concurrency.${name}`, 1)
  return {
    perProvider: limitAt('perProvider'),
    perTenant: limitAt('perTenant'),
    maxWaiting: wholeNumberAt(given.maxWaiting, 'concurrency.maxWaiting', 0),
  }
}

/** What is given over what is usual. `undefined` is not given. */
function over<Usual extends object>(
  usual: Usual,
  value: unknown,
  field: string,
): { readonly [Name in keyof Usual]: unknown } {
  const given = recordAt(value ?? {}, field)
  refuseUnknown(given, Object.keys(usual), field)
  const set = Object.fromEntries(Object.entries(given).filter(([, one]) => one !== undefined))
  return { ...usual, ...set }
}
