// The course of a request: which level is under way, who was asked on it, and who took over from whom.

import type { Escalation } from '../core/escalation.js'
import { type ModelReference, nameOf } from '../routing/model-reference.js'

/** The course of one request. */
export class Course {
  /** How many attempts were made on lower levels. */
  attemptsBefore = 0
  /** The steps up so far. */
  readonly escalations: Escalation[] = []
  /** Whether a higher level could answer instead, so that nobody need wait until a rate limit is over. */
  canStepUp: (() => Promise<boolean>) | undefined
  #whenAsked: ((model: ModelReference) => void) | undefined
  #failover: string | undefined
  #asked: string | undefined

  /** A level begins. `whenAsked` is told of the first model of it that is really asked. */
  begin(attemptsBefore: number, whenAsked?: (model: ModelReference) => void): void {
    this.attemptsBefore = attemptsBefore
    this.#whenAsked = whenAsked
    this.#failover = undefined
    this.#asked = undefined
  }

  /** Whom an attempt of the next candidate takes over from: the last one that was really asked. */
  get failoverFrom(): string | undefined {
    return this.#failover
  }

  /** The next candidate takes over. */
  noteFailover(): void {
    this.#failover = this.#asked
  }

  /** A model is being asked. */
  noteAsked(model: ModelReference): void {
    this.#asked = nameOf(model)
    this.#failover = undefined
    this.#whenAsked?.(model)
    this.#whenAsked = undefined
  }
}
