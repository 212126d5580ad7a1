// What `health()` tells: one line a model, and the keys that are out of use.

import type { KeyState } from '../keys/pool.js'
import type { BreakerState } from '../resilience/breaker.js'
import type { ModelHealth } from '../resilience/health.js'
import { parseModelReference } from '../routing/model-reference.js'
import type { Parts } from './parts.js'

/** A model that has been asked. */
export interface ModelStatus extends ModelHealth {
  readonly provider: string
  readonly model: string
  /** Of its breaker: `open` is not asked, `half-open` may be tried by one call. */
  readonly state: BreakerState
  /** Milliseconds until a call is let through; only while `open`. */
  readonly retryAfterMs?: number
}

/** How models and keys do. */
export interface Health {
  readonly models: readonly ModelStatus[]
  /** The keys that are resting or parked. */
  readonly keys: readonly KeyState[]
}

export function healthOf({
  breaker,
  health,
  keyPool,
}: Pick<Parts, 'breaker' | 'health' | 'keyPool'>): Health {
  const names = [...new Set([...health.names(), ...breaker.names()])]
  const models = names.map((name) => ({
    ...parseModelReference(name, 'model'),
    ...breaker.stateOf(name),
    ...health.of(name),
  }))
  return { models, keys: keyPool.states() }
}
