// The breaker under random use, against a slow and simple one that keeps every call it has seen.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isByokError, ProviderError } from '../../src/core/errors.js'
import { Breaker, type BreakerOptions, type BreakerState, type Permit } from '../../src/resilience/breaker.js'
import { StillClock } from './still-clock.js'

type Ending = 'success' | 'failure' | 'ignore'

type Step =
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'wait-until-ready'; readonly offsetMs: number; readonly name: number }
  | { readonly do: 'enter'; readonly name: number }
  | { readonly do: 'end'; readonly permit: number; readonly how: Ending }
  | { readonly do: 'call'; readonly name: number; readonly how: Ending }
  | { readonly do: 'park'; readonly name: number; readonly ms: number | undefined }
  | { readonly do: 'reset'; readonly name: number }
  | { readonly do: 'chance'; readonly value: number }

interface ModelPermit {
  readonly name: string
  /** Which closing or opening of the name it was given after. */
  readonly era: number
  hasEnded: boolean
}

interface ModelCircuit {
  era: number
  isShut: boolean
  isHalfOpenTold: boolean
  until: number
  openings: number
  streak: number
  calls: { readonly slice: number; readonly failed: boolean }[]
  probe: ModelPermit | undefined
}

const fresh = { isShut: false, isHalfOpenTold: false, until: 0, openings: 0, streak: 0, probe: undefined }

/** What the breaker must do, written for the reader and not for speed. */
class BreakerModel {
  readonly told: string[] = []
  readonly #circuits = new Map<string, ModelCircuit>()
  readonly #options: BreakerOptions
  readonly #clock: StillClock

  constructor(options: BreakerOptions, clock: StillClock) {
    this.#options = options
    this.#clock = clock
  }

  /** A permit, or the milliseconds after which to come back. */
  enter(name: string): ModelPermit | number {
    const circuit = this.#of(name)
    const permit = { name, era: circuit.era, hasEnded: false }
    if (!circuit.isShut) return permit
    if (this.#clock.nowMs < circuit.until) return Math.ceil(circuit.until - this.#clock.nowMs)
    if (!circuit.isHalfOpenTold) this.told.push(`${name} half-open`)
    circuit.isHalfOpenTold = true
    if (circuit.probe !== undefined) return this.#options.openMs
    circuit.probe = permit
    return permit
  }

  end(permit: ModelPermit, how: Ending): void {
    const circuit = this.#of(permit.name)
    const isStale = permit.hasEnded || permit.era !== circuit.era
    permit.hasEnded = true
    if (isStale) return
    const isProbe = circuit.probe === permit
    if (how === 'ignore') {
      if (isProbe) circuit.probe = undefined
      return
    }
    if (how === 'success' && isProbe) {
      this.reset(permit.name)
      return
    }
    circuit.calls.push({ slice: this.#slice(), failed: how === 'failure' })
    circuit.streak = how === 'failure' ? circuit.streak + 1 : 0
    if (how === 'failure' && (isProbe || this.#isTooMuch(circuit)))
      this.#shut(permit.name, this.#openingMs(circuit))
  }

  park(name: string, ms: number | undefined): void {
    const circuit = this.#of(name)
    const forMs = Math.min(this.#options.maxOpenMs, ms ?? this.#options.openMs)
    const isOpen = circuit.isShut && !circuit.isHalfOpenTold
    if (isOpen && circuit.until >= this.#clock.nowMs + forMs) return
    this.#shut(name, forMs)
  }

  reset(name: string): void {
    const circuit = this.#of(name)
    if (circuit.isShut) this.told.push(`${name} closed`)
    Object.assign(circuit, fresh, { era: circuit.era + 1, calls: [] })
  }

  stateOf(name: string): { readonly state: BreakerState; readonly retryAfterMs?: number } {
    const { isShut, until } = this.#of(name)
    if (!isShut) return { state: 'closed' }
    const leftMs = until - this.#clock.nowMs
    return leftMs > 0 ? { state: 'open', retryAfterMs: Math.ceil(leftMs) } : { state: 'half-open' }
  }

  isReady(name: string): boolean {
    const { isShut, until, probe } = this.#of(name)
    return !isShut || (this.#clock.nowMs >= until && probe === undefined)
  }

  #of(name: string): ModelCircuit {
    const known = this.#circuits.get(name) ?? { ...fresh, era: 0, calls: [] }
    this.#circuits.set(name, known)
    return known
  }

  #slice(): number {
    return Math.floor((this.#clock.nowMs * 10) / this.#options.windowMs)
  }

  #isTooMuch({ streak, calls }: ModelCircuit): boolean {
    const { consecutiveFailures, minimumCalls, failureRate } = this.#options
    const recent = calls.filter(({ slice }) => slice > this.#slice() - 10)
    const failures = recent.filter(({ failed }) => failed).length
    const isRateTooHigh = recent.length >= minimumCalls && failures / recent.length >= failureRate
    return streak >= consecutiveFailures || isRateTooHigh
  }

  #openingMs({ openings }: ModelCircuit): number {
    const { openMs, maxOpenMs } = this.#options
    let ms = openMs
    for (let time = 0; time < openings; time++) ms *= 2
    const cap = openMs > maxOpenMs / 1.1 ? openMs : maxOpenMs / 1.1
    return Math.min(maxOpenMs, Math.min(ms, cap) * (1 + this.#clock.chance * 0.1))
  }

  #shut(name: string, forMs: number): void {
    const circuit = this.#of(name)
    const wasOpen = circuit.isShut && !circuit.isHalfOpenTold
    circuit.openings += wasOpen ? 0 : 1
    circuit.era += 1
    circuit.until = this.#clock.nowMs + forMs
    Object.assign(circuit, { isShut: true, isHalfOpenTold: false, probe: undefined })
    this.told.push(`${name} open ${Math.ceil(circuit.until - this.#clock.nowMs)}`)
  }
}

const names = ['acme/large', 'acme/small']
const name = fc.nat(names.length - 1)
const how = fc.constantFrom<Ending>('success', 'failure', 'failure', 'ignore')

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('wait'), ms: fc.nat(400) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('wait-until-ready'),
      offsetMs: fc.constantFrom(-1, 0, 0, 0.25),
      name,
    }),
  },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('enter'), name }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('end'), permit: fc.nat(20), how }) },
  { weight: 8, arbitrary: fc.record({ do: fc.constant('call'), name, how }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('park'), name, ms: fc.option(fc.nat(3_000), { nil: undefined }) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('reset'), name }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('chance'), value: fc.constantFrom(0, 0.3, 0.999) }) },
)

const options: fc.Arbitrary<BreakerOptions> = fc.record({
  consecutiveFailures: fc.integer({ min: 1, max: 6 }),
  failureRate: fc.constantFrom(0.1, 0.3, 0.5, 0.7, 1),
  minimumCalls: fc.integer({ min: 1, max: 8 }),
  windowMs: fc.constantFrom(70, 333, 1_000),
  openMs: fc.constantFrom(50, 100, 333.3),
  maxOpenMs: fc.constantFrom(40, 100, 1_000, 2_500),
})

/** Both side by side: every step is done to both, and compared. */
class Pair {
  readonly clock = new StillClock()
  readonly told: string[] = []
  readonly model: BreakerModel
  readonly breaker: Breaker
  readonly permits: { readonly real: Permit; readonly model: ModelPermit }[] = []

  constructor(settings: BreakerOptions) {
    this.model = new BreakerModel(settings, this.clock)
    this.breaker = new Breaker(settings, this.clock, ({ name: of, state, retryAfterMs }) =>
      this.told.push(retryAfterMs === undefined ? `${of} ${state}` : `${of} ${state} ${retryAfterMs}`),
    )
  }

  take(one: Step): void {
    switch (one.do) {
      case 'wait':
        this.clock.nowMs += one.ms
        break
      case 'wait-until-ready': {
        const { retryAfterMs = 0 } = this.breaker.stateOf(nameAt(one.name))
        this.clock.nowMs += Math.max(0, retryAfterMs + one.offsetMs)
        break
      }
      case 'enter':
        this.#enter(nameAt(one.name))
        break
      case 'end':
        this.#end(one.permit % Math.max(1, this.permits.length), one.how)
        break
      case 'call':
        if (this.#enter(nameAt(one.name))) this.#end(this.permits.length - 1, one.how)
        break
      case 'park':
        this.breaker.park(nameAt(one.name), failureWith(one.ms))
        this.model.park(nameAt(one.name), one.ms)
        break
      case 'reset':
        this.breaker.reset(nameAt(one.name))
        this.model.reset(nameAt(one.name))
        break
      case 'chance':
        this.clock.chance = one.value
        break
      default:
        one satisfies never
    }
  }

  #enter(of: string): boolean {
    const expected = this.model.enter(of)
    let real: Permit | number
    try {
      real = this.breaker.acquire(of)
    } catch (error) {
      real =
        isByokError(error) && error.code === 'circuit-open' ? (error.retryAfterMs ?? Number.NaN) : Number.NaN
    }
    if (typeof expected === 'number' || typeof real === 'number') {
      // The real one tells whole milliseconds, also where the shortest opening has a fraction.
      expect(real).toBe(typeof expected === 'number' ? Math.ceil(expected) : 'a permit')
      return false
    }
    this.permits.push({ real, model: expected })
    return true
  }

  #end(index: number, ending: Ending): void {
    const permit = this.permits[index]
    if (permit === undefined) return
    this.model.end(permit.model, ending)
    if (ending === 'failure') permit.real.failure(failureWith(undefined))
    else permit.real[ending]()
  }
}

function nameAt(index: number): string {
  return names[index] ?? ''
}

function failureWith(retryAfterMs: number | undefined): ProviderError {
  return new ProviderError('provider', 'It is down.', retryAfterMs === undefined ? {} : { retryAfterMs })
}

describe('BR1, BR2, BR3, BR5: under random use', () => {
  it('BR1: does what the simple breaker does: who enters, what is told, and for how long', () => {
    const seen = { open: 0, 'half-open': 0, closed: 0 }
    fc.assert(
      fc.property(
        options,
        fc.array(step, { minLength: 5, maxLength: 60, size: 'max' }),
        (settings, steps) => {
          const pair = new Pair(settings)
          for (const one of steps) {
            pair.take(one)
            for (const of of names) {
              if (pair.breaker.isReady(of) !== pair.model.isReady(of))
                throw new Error(`isReady differs after ${one.do}`)
              const [real, expected] = [pair.breaker.stateOf(of), pair.model.stateOf(of)]
              if (real.state !== expected.state || real.retryAfterMs !== expected.retryAfterMs)
                throw new Error(`${JSON.stringify(real)} is not ${JSON.stringify(expected)} after ${one.do}`)
            }
          }
          expect(pair.told).toEqual(pair.model.told)
          for (const line of pair.told) seen[(line.split(' ')[1] ?? 'open') as BreakerState] += 1 // the state's own word
        },
      ),
      { numRuns: 1_500 },
    )
    expect(Math.min(...Object.values(seen))).toBeGreaterThan(500) // otherwise nothing worth comparing has happened
  })
})
