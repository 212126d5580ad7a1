// Who is asked next, after one has failed.

import type { ByokError } from '../core/errors.js'
import { meaningOf } from '../resilience/failure.js'
import type { Candidate } from './candidate.js'
import type { Plan } from './plan.js'

/**
 * The candidates of a request, each handed out once. The caller's own order stands. Where the library has chosen, a
 * failure that may be the provider's sends the request to another provider first, and one that is too dear for what the
 * budgets leave gives way to those that are expected to cost less.
 */
export class Succession {
  readonly #plan: Plan
  readonly #mostAsked: number
  readonly #failedProviders = new Set<string>()
  #left: Candidate[]
  #asked = 0
  #handedOut = 0
  #tooDear = 0

  constructor(plan: Plan, mostAsked: number) {
    this.#plan = plan
    this.#mostAsked = mostAsked
    this.#left = [...plan.candidates]
  }

  /** The next one; `undefined` where nobody is left, or enough have been asked. */
  next(): Candidate | undefined {
    if (this.#asked >= this.#mostAsked) return undefined
    const at = this.#left.findIndex(({ provider }) => !this.#failedProviders.has(provider))
    const [next] = this.#left.splice(Math.max(0, at), 1)
    if (next !== undefined) {
      this.#asked += 1
      this.#handedOut += 1
    }
    return next
  }

  /** Those that could still be asked after the one that was handed out last. */
  get rest(): readonly Candidate[] {
    return this.#asked >= this.#mostAsked ? [] : this.#left
  }

  /** The one that was handed out last cannot take the request: nothing was sent, so it does not count. */
  passOver(): void {
    this.#asked -= 1
  }

  /** Nobody but the first was ever asked: its error says all there is to say. */
  get wasAlone(): boolean {
    return this.#plan.isChosen && this.#handedOut === 1
  }

  /** What became of the one that was handed out last. */
  note(candidate: Candidate, error: ByokError): void {
    if (!this.#plan.isChosen) return
    if (error.code === 'budget-exceeded' || error.code === 'price-unknown') this.#cheaperThan(candidate)
    else if (error.code === 'authentication' || error.code === 'quota-exceeded')
      this.#leave(candidate.provider)
    else if (meaningOf(error).against !== 'nobody') this.#failedProviders.add(candidate.provider)
  }

  /** A key that is refused for one model is refused for all of them. */
  #leave(provider: string): void {
    this.#left = this.#left.filter((other) => other.provider !== provider)
  }

  /** Nothing was sent; and who costs as much need not be tried. */
  #cheaperThan(candidate: Candidate): void {
    const { costOf } = this.#plan
    const cost = costOf(candidate)
    this.passOver()
    this.#tooDear += 1
    if (cost === undefined) return
    this.#left = this.#left.filter((other) => (costOf(other) ?? Number.POSITIVE_INFINITY) < cost)
    if (this.#tooDear < this.#mostAsked - 1) return
    const cheapest = [...this.#left].sort((left, right) => (costOf(left) ?? 0) - (costOf(right) ?? 0))
    this.#left = cheapest.slice(0, 1)
  }
}
