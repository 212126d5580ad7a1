// A pool of keys with a clock that stands still, and keys for it.

import type { ErrorCode } from '../../src/core/error-code.js'
import { ProviderError } from '../../src/core/errors.js'
import { Secret } from '../../src/core/secret.js'
import { KeyPool, type KeyState } from '../../src/keys/pool.js'
import type { PooledKey } from '../../src/keys/pooled-key.js'
import { StillClock } from '../resilience/still-clock.js'

/** A key with a value that can be looked for. */
export const keyOf = (id: string, weight = 1, value = `test-key-${id}-0123456789`): PooledKey => ({
  id,
  weight,
  secret: new Secret(value),
})
export const first = keyOf('first')
export const second = keyOf('second')
export const both = [first, second]

/** What a provider answers that does not take a key. */
export function refused(code: ErrorCode, retryAfterMs?: number): ProviderError {
  const status = { 'rate-limited': 429, authentication: 401, permission: 403, 'quota-exceeded': 402 }[
    code as string
  ]
  return new ProviderError(code, 'Refused.', {
    ...(status === undefined ? {} : { status }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  })
}

/** A pool, its clock, what it has told. */
export function poolOf() {
  const clock = new StillClock()
  const told: KeyState[] = []
  const pool = new KeyPool(clock, (state) => told.push(state))
  /** The keys that are drawn for a model, over the whole range of chance. */
  const ready = (model = 'large', keys: readonly PooledKey[] = both, provider = 'acme'): string[] => {
    const drawn = new Set<string>()
    for (let part = 0; part < 20; part++) {
      clock.chance = part / 20
      drawn.add(pool.pick(provider, model, keys)?.id ?? 'none')
    }
    return [...drawn].sort()
  }
  return { pool, clock, told, ready }
}
