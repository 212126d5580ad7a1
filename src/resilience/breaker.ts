// Remembers which models fail, and lets nobody ask them until they have had time to recover.

import type { Clock } from '../core/clock.js'
import { ByokError } from '../core/errors.js'
import { visibleName } from '../core/visible-text.js'
import { forEveryone } from './shared-error.js'

/** When a breaker opens, and for how long. */
export interface BreakerOptions {
  /** Failures in a row that open it. @default 5 */
  readonly consecutiveFailures: number
  /** The share of failed calls that opens it. @default 0.5 */
  readonly failureRate: number
  /** The fewest calls in the window for the share to count. @default 10 */
  readonly minimumCalls: number
  /** How far back calls count for the share, in milliseconds. @default 30,000 */
  readonly windowMs: number
  /** How long it stays open the first time, in milliseconds; doubled each time its probe fails. @default 10,000 */
  readonly openMs: number
  /** The longest that it stays open, in milliseconds. @default 300,000 */
  readonly maxOpenMs: number
}

/** `half-open`: its time is over, and one call may try. */
export type BreakerState = 'closed' | 'open' | 'half-open'

/** What a breaker tells of itself. */
export interface BreakerChange {
  readonly name: string
  readonly state: BreakerState
  /** What opened it, or keeps it open. */
  readonly error?: ByokError
  /** Milliseconds until it lets one call through. */
  readonly retryAfterMs?: number
}

/** A permission to ask a model. Ended exactly once; what comes after the first ending changes nothing. */
export interface Permit {
  success(): void
  failure(error: ByokError): void
  /** Says nothing about the model: the caller left, or the request was at fault. */
  ignore(): void
}

/** The parts of the window: calls leave it a tenth at a time. */
const slices = 10

/** More models than anyone uses; the one that was asked longest ago is forgotten first, but none that nobody may ask. */
const mostNames = 10_000

/** An opening is longer by up to this part of it, so that many processes do not return at once. */
const jitter = 0.1

interface Slice {
  readonly number: number
  calls: number
  failures: number
}

interface Circuit {
  state: BreakerState
  inARow: number
  recent: Slice[]
  /** Openings since the last success. */
  openings: number
  openUntil: number
  lastError: ByokError | undefined
  /** The permit of the one call that may try. */
  probe: object | undefined
  /** Permits of an earlier life say nothing about this one. */
  life: number
}

/**
 * A breaker for each name. Closed, it lets everybody through and counts; open, it lets nobody through; when its time is
 * over it lets one call through, whose success closes it and whose failure opens it for twice as long.
 */
export class Breaker {
  readonly #options: BreakerOptions
  readonly #clock: Clock
  readonly #onChange: (change: BreakerChange) => void
  readonly #circuits = new Map<string, Circuit>()

  constructor(options: BreakerOptions, clock: Clock, onChange: (change: BreakerChange) => void) {
    this.#options = options
    this.#clock = clock
    this.#onChange = onChange
  }

  /** The permission to ask. Throws `circuit-open`, with the time until the next try, where nobody may. */
  acquire(name: string): Permit {
    const circuit = this.#circuitOf(name)
    if (circuit.state === 'open' && this.#clock.now() >= circuit.openUntil)
      this.#enter(circuit, name, 'half-open')
    if (circuit.state === 'closed') return this.#permit(name, circuit)
    if (circuit.state === 'open' || circuit.probe !== undefined) throw this.#refusal(name, circuit)
    const probe = this.#permit(name, circuit)
    circuit.probe = probe
    return probe
  }

  /** Whether `acquire` would give a permission now. */
  isReady(name: string): boolean {
    const circuit = this.#circuits.get(name)
    if (circuit === undefined || circuit.state === 'closed') return true
    return circuit.state === 'open' ? this.#clock.now() >= circuit.openUntil : circuit.probe === undefined
  }

  /** The names that `acquire` would refuse now. */
  refused(): ReadonlySet<string> {
    const names = new Set<string>()
    for (const [name, { state }] of this.#circuits)
      if (state !== 'closed' && !this.isReady(name)) names.add(name)
    return names
  }

  /**
   * Opens at once, for as long as the provider asked for, up to `maxOpenMs`: a wait that no request would sit out. What
   * is open for longer already stays so.
   */
  park(name: string, error: ByokError): void {
    const circuit = this.#circuitOf(name)
    const { openMs, maxOpenMs } = this.#options
    const openForMs = Math.min(maxOpenMs, error.retryAfterMs ?? openMs)
    if (circuit.state === 'open' && circuit.openUntil >= this.#clock.now() + openForMs) return
    circuit.lastError = forEveryone(error)
    this.#open(circuit, name, openForMs)
  }

  /** The state of a name, and for how many milliseconds it stays open. */
  stateOf(name: string): { readonly state: BreakerState; readonly retryAfterMs?: number } {
    const circuit = this.#circuits.get(name)
    if (circuit === undefined) return { state: 'closed' }
    const leftMs = circuit.openUntil - this.#clock.now()
    if (circuit.state !== 'open') return { state: circuit.state }
    return leftMs > 0 ? { state: 'open', retryAfterMs: Math.ceil(leftMs) } : { state: 'half-open' }
  }

  /** Closes a breaker by hand, and forgets what it had counted. */
  reset(name: string): void {
    const circuit = this.#circuits.get(name)
    if (circuit !== undefined) this.#close(circuit, name)
  }

  /** The names that have been asked for. */
  names(): readonly string[] {
    return [...this.#circuits.keys()]
  }

  #circuitOf(name: string): Circuit {
    const circuit = this.#circuits.get(name) ?? newCircuit()
    this.#circuits.delete(name) // it goes to the end of the line
    if (this.#circuits.size >= mostNames) this.#forgetOne()
    this.#circuits.set(name, circuit)
    return circuit
  }

  #forgetOne(): void {
    let chosen: string | undefined
    for (const name of this.#circuits.keys()) {
      chosen ??= name
      if (!this.isReady(name)) continue
      chosen = name
      break
    }
    if (chosen === undefined) return
    const circuit = this.#circuits.get(chosen)
    if (circuit !== undefined) circuit.life += 1 // its permits say nothing about who bears the name later
    this.#circuits.delete(chosen)
  }

  #permit(name: string, circuit: Circuit): Permit {
    const { life } = circuit
    let isEnded = false
    const end = (act: () => void) => (): void => {
      if (isEnded) return
      isEnded = true
      if (circuit.life === life) act()
    }
    const permit: Permit = {
      success: end(() => (circuit.probe === permit ? this.#close(circuit, name) : this.#succeeded(circuit))),
      failure: (error) => end(() => this.#failed(circuit, name, error, circuit.probe === permit))(),
      ignore: end(() => {
        if (circuit.probe === permit) circuit.probe = undefined
      }),
    }
    return permit
  }

  #succeeded(circuit: Circuit): void {
    circuit.inARow = 0
    this.#sliceOf(circuit).calls += 1
  }

  #failed(circuit: Circuit, name: string, error: ByokError, wasProbe: boolean): void {
    circuit.lastError = forEveryone(error)
    const slice = this.#sliceOf(circuit)
    slice.calls += 1
    slice.failures += 1
    circuit.inARow += 1
    if (wasProbe || this.#isTooMuch(circuit)) this.#open(circuit, name, this.#openingMs(circuit))
  }

  #isTooMuch({ inARow, recent }: Circuit): boolean {
    const { consecutiveFailures, failureRate, minimumCalls } = this.#options
    if (inARow >= consecutiveFailures) return true
    const calls = recent.reduce((sum, slice) => sum + slice.calls, 0)
    const failures = recent.reduce((sum, slice) => sum + slice.failures, 0)
    return calls >= minimumCalls && failures / calls >= failureRate
  }

  /** Where the present is counted; what has left the window is dropped. */
  #sliceOf(circuit: Circuit): Slice {
    const number = Math.floor((this.#clock.now() * slices) / this.#options.windowMs)
    const last = circuit.recent.at(-1)
    if (last?.number === number) return last
    circuit.recent = circuit.recent.filter((slice) => slice.number > number - slices)
    const slice = { number, calls: 0, failures: 0 }
    circuit.recent.push(slice)
    return slice
  }

  /** Twice as long each time; below the longest time there is room left for the jitter. */
  #openingMs({ openings }: Circuit): number {
    const { openMs, maxOpenMs } = this.#options
    const plainMs = Math.min(openMs * 2 ** openings, Math.max(openMs, maxOpenMs / (1 + jitter)))
    return Math.min(maxOpenMs, plainMs * (1 + this.#clock.random() * jitter))
  }

  #open(circuit: Circuit, name: string, openForMs: number): void {
    if (circuit.state !== 'open') circuit.openings += 1
    circuit.openUntil = this.#clock.now() + openForMs
    circuit.life += 1
    circuit.probe = undefined
    this.#enter(circuit, name, 'open')
  }

  #close(circuit: Circuit, name: string): void {
    const wasClosed = circuit.state === 'closed'
    Object.assign(circuit, { ...newCircuit(), life: circuit.life + 1 })
    if (!wasClosed) this.#onChange({ name, state: 'closed' })
  }

  #enter(circuit: Circuit, name: string, state: BreakerState): void {
    circuit.state = state
    const { lastError, openUntil } = circuit
    this.#onChange({
      name,
      state,
      ...(lastError === undefined ? {} : { error: lastError }),
      ...(state === 'open' ? { retryAfterMs: Math.ceil(openUntil - this.#clock.now()) } : {}),
    })
  }

  #refusal(name: string, { state, openUntil, lastError }: Circuit): ByokError {
    // Nobody knows how long a probe takes; until it has ended, the shortest opening is the best guess.
    const retryAfterMs = state === 'open' ? openUntil - this.#clock.now() : this.#options.openMs
    return new ByokError(
      'circuit-open',
      `${visibleName(name, 200)} has failed too often, and is not asked for now.`,
      {
        isRetryable: true,
        retryAfterMs: Math.ceil(retryAfterMs),
        cause: lastError,
      },
    )
  }
}

function newCircuit(): Circuit {
  return {
    state: 'closed',
    inARow: 0,
    recent: [],
    openings: 0,
    openUntil: 0,
    lastError: undefined,
    probe: undefined,
    life: 0,
  }
}
