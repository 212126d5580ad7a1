// The pool of keys under random use, against a list of every refusal.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ProviderError } from '../../src/core/errors.js'
import { Secret } from '../../src/core/secret.js'
import { KeyPool } from '../../src/keys/pool.js'
import type { PooledKey } from '../../src/keys/pooled-key.js'
import { StillClock } from '../resilience/still-clock.js'

const codes = ['rate-limited', 'authentication', 'permission', 'quota-exceeded', 'provider'] as const
type Code = (typeof codes)[number]

/** The last two are one key that two tenants have, each under a name of their own. */
const keys: readonly PooledKey[] = [
  { id: '1', weight: 1, secret: new Secret('one') },
  { id: '2', weight: 0.25, secret: new Secret('two') },
  { id: '1', weight: 3, secret: new Secret('three') },
  { id: 'mine', weight: 2, secret: new Secret('three') },
]
const models = ['large', 'small']

interface Refusal {
  readonly secret: string | undefined
  /** `undefined`: every model. */
  readonly model: string | undefined
  readonly isLimit: boolean
  readonly code: Code
  readonly count: number
  readonly until: number
}

/** What the pool must do: a plain list, searched from end to end. */
class PoolModel {
  #refusals: Refusal[] = []
  readonly #clock: StillClock

  constructor(clock: StillClock) {
    this.#clock = clock
  }

  failed(model: string, key: PooledKey, code: Code, wishMs: number | undefined): void {
    if (code === 'provider') return
    const isLimit = code === 'rate-limited'
    const scope = isLimit || code === 'permission' ? model : undefined
    const secret = key.secret?.reveal()
    const before = this.#refusals.find((each) => each.secret === secret && each.model === scope)
    const isInForce = before !== undefined && before.until > this.#clock.nowMs
    const sameKind = before?.isLimit === isLimit ? before.count : 0
    const hasWish = wishMs !== undefined && wishMs > 0
    if (isInForce && sameKind > 0 && !hasWish) return
    const count = isInForce && sameKind > 0 ? sameKind : sameKind + 1
    const ownMs = isLimit
      ? Math.min(60_000, 1_000 * 2 ** (count - 1))
      : Math.min(600_000, 60_000 * 2 ** (count - 1))
    const until = this.#clock.nowMs + (hasWish ? wishMs : ownMs)
    if (isInForce && until <= before.until) return
    this.#refusals = this.#refusals.filter((each) => each !== before)
    this.#refusals.push({ secret, model: scope, isLimit, code, count, until })
  }

  succeeded(model: string, key: PooledKey): void {
    this.#refusals = this.#refusals.filter(
      (each) => !this.#concerns(each, model, key) || each.until > this.#clock.nowMs,
    )
  }

  /** The refusal that holds longest, if there is one. */
  blockOf(model: string, key: PooledKey): Refusal | undefined {
    const blocks = this.inForce().filter((each) => this.#concerns(each, model, key))
    return blocks.reduce<Refusal | undefined>(
      (latest, each) => (latest === undefined || each.until > latest.until ? each : latest),
      undefined,
    )
  }

  inForce(): Refusal[] {
    return this.#refusals.filter((each) => each.until > this.#clock.nowMs)
  }

  #concerns(refusal: Refusal, model: string, key: PooledKey): boolean {
    return refusal.secret === key.secret?.reveal() && (refusal.model ?? model) === model
  }
}

const model = fc.constantFrom(...models)
const key = fc.constantFrom(...keys)
const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('fail' as const),
      model,
      key,
      code: fc.constantFrom(...codes),
      wishMs: fc.option(fc.constantFrom(0, 1, 700, 90_000, 86_400_000), { nil: undefined, freq: 1 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('succeed' as const), model, key }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.nat(70_000) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('wait-for' as const),
      model,
      key,
      offsetMs: fc.constantFrom(-1, 0, 0),
    }),
  },
)

type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never

/** The pool and the list side by side. */
class Pair {
  readonly clock = new StillClock()
  readonly model = new PoolModel(this.clock)
  readonly pool = new KeyPool(this.clock, () => undefined)

  take(one: Step): void {
    switch (one.do) {
      case 'fail': {
        const wish = one.wishMs === undefined ? {} : { retryAfterMs: one.wishMs }
        this.pool.failed('acme', one.model, one.key, new ProviderError(one.code, 'Refused.', wish))
        this.model.failed(one.model, one.key, one.code, one.wishMs)
        break
      }
      case 'succeed':
        this.pool.succeeded('acme', one.model, one.key)
        this.model.succeeded(one.model, one.key)
        break
      case 'wait':
        this.clock.nowMs += one.ms
        break
      case 'wait-for': {
        const until = this.model.blockOf(one.model, one.key)?.until ?? 0
        this.clock.nowMs = Math.max(this.clock.nowMs, until + one.offsetMs)
        break
      }
      default:
        one satisfies never
    }
  }

  compare(chance: number): void {
    this.clock.chance = chance
    for (const of of models) {
      const ready = keys.filter((each) => this.model.blockOf(of, each) === undefined)
      const drawn = this.pool.pick('acme', of, keys)
      if (drawn !== drawnFrom(ready, chance)) throw new Error(`drew ${drawn?.id} of ${ready.length}`)
      const refusal = this.pool.refusal('acme', of, keys)
      if (ready.length > 0 ? refusal !== undefined : refusal === undefined)
        throw new Error('refusal and draw differ')
      if (refusal === undefined) continue
      const untils = keys.map((each) => this.model.blockOf(of, each)?.until ?? 0)
      const soonest = this.model.blockOf(
        of,
        keys[untils.indexOf(Math.min(...untils))] ?? { id: '', weight: 1 },
      )
      expect(refusal.retryAfterMs).toBe((soonest?.until ?? 0) - this.clock.nowMs)
    }
    const told = this.pool
      .states()
      .map((each) => `${each.model} ${each.state} ${each.reason} ${each.retryAfterMs}`)
    const expected = this.model
      .inForce()
      .map(
        (each) =>
          `${each.model} ${each.isLimit ? 'resting' : 'parked'} ${each.code} ${each.until - this.clock.nowMs}`,
      )
    if (told.join() !== expected.join()) throw new Error(`told ${told.join()}, not ${expected.join()}`)
  }
}

/** The key in whose part of the whole weight the point falls. */
function drawnFrom(ready: readonly PooledKey[], chance: number): PooledKey | undefined {
  const ends = ready.map((_, index) => ready.slice(0, index + 1).reduce((sum, { weight }) => sum + weight, 0))
  const at = chance * (ends.at(-1) ?? 0)
  return ready.find((_, index) => at < (ends[index] ?? 0))
}

describe('KY8: under random use', () => {
  it('KY8: gives, refuses and tells what the simple list does, whatever comes', () => {
    const seen = { allOut: 0, someOut: 0, none: 0 }
    fc.assert(
      fc.property(
        fc.array(fc.tuple(step, fc.constantFrom(0, 0.3, 0.5, 0.75, 0.99)), { maxLength: 40, size: 'max' }),
        (steps) => {
          const pair = new Pair()
          for (const [one, chance] of steps) {
            pair.take(one)
            pair.compare(chance)
            const out = keys.filter((each) => pair.model.blockOf('large', each) !== undefined).length
            seen[out === keys.length ? 'allOut' : out > 0 ? 'someOut' : 'none'] += 1
          }
        },
      ),
      { numRuns: 1_000 },
    )
    expect(Math.min(...Object.values(seen))).toBeGreaterThan(300) // otherwise nothing worth comparing has happened
  })
})
