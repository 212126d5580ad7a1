// The counters of an embedded store: what is spent and held of each, and which marks were told.

import { ByokError } from '../core/errors.js'
import type { AlertMark, CounterState, Hold, Refusal } from '../core/store.js'
import type { CounterChange, HeldClaim, StatePart } from './change.js'

/** How long a counter is kept after the end of its window, for reports and for commits that come late. */
const graceMs = 24 * 60 * 60 * 1_000

const largest = Number.MAX_SAFE_INTEGER

interface Counter {
  committed: number
  held: number
  /** How many holds stand on it. */
  standing: number
  /** Absent: it is kept for good. */
  endsAt: number | undefined
  /** The highest amount that was told, and the share that was told last. */
  told: AlertMark | undefined
}

/** The counters of a store by name. One that nobody has counted against stands at zero and takes no room. */
export class Counters {
  readonly #counters = new Map<string, Counter>()
  #cursor = this.#counters.entries()

  stateOf(name: string): CounterState {
    const { committed = 0, held = 0 } = this.#counters.get(name) ?? {}
    return { committed, held }
  }

  /** How many output tokens fit every claim of the hold, or which claims do not fit even with the fewest. */
  fit({ claims, tokens: { least, most } }: Hold): number | readonly Refusal[] {
    const refusals: Refusal[] = []
    let tokens = most
    for (const [index, { counter, limit, base, perToken }] of claims.entries()) {
      if (limit === undefined) continue
      const state = this.stateOf(counter)
      const room = limit - state.committed - state.held - base
      if (room < perToken * least) refusals.push({ claim: index, ...state, asked: base + perToken * least })
      // Without `%`, a quotient beyond 2^53 apart from its true value could round up to a token that is not paid for.
      else if (perToken > 0) tokens = Math.min(tokens, (room - (room % perToken)) / perToken)
    }
    return refusals.length === 0 ? tokens : refusals
  }

  /** Throws where a counter without a limit would grow beyond what can be counted. */
  checkRoom(claims: readonly HeldClaim[]): void {
    for (const { counter, held } of claims) {
      if (this.stateOf(counter).held + held <= largest) continue
      throw new ByokError('invalid-request', `The counter "${counter}" cannot hold more than ${largest}.`, {
        field: 'claims',
      })
    }
  }

  /** What can be added to the spent amount: it stops at the largest number that is exact, and at 0. */
  possibleChange(name: string, amount: number): number {
    const { committed } = this.stateOf(name)
    return Math.max(-committed, Math.min(amount, largest - committed))
  }

  hold({ counter, held, endsAt }: HeldClaim): void {
    const found = this.#open(counter, endsAt)
    found.held += held
    found.standing += 1
  }

  /** Lets go of what a hold has held. */
  free({ counter, held }: HeldClaim): void {
    const found = this.#counters.get(counter)
    if (found === undefined) return
    found.held -= held
    found.standing -= 1
    this.#dropIfZero(counter, found)
  }

  charge({ counter, committed, endsAt }: CounterChange): void {
    const found = this.#open(counter, endsAt)
    found.committed += committed
    this.#dropIfZero(counter, found)
  }

  /** The marks of a claim that were not told yet, and are reached once `added` is spent besides. */
  reachedMarks({ counter, alerts }: HeldClaim, added: number): readonly AlertMark[] {
    if (alerts === undefined || alerts.length === 0) return []
    const found = this.#counters.get(counter)
    const committed = (found?.committed ?? 0) + added
    let told = found?.told
    return alerts.filter((mark) => {
      const isNews = mark.at <= committed && isBeyond(mark, told)
      if (isNews) told = withTold(mark, told)
      return isNews
    })
  }

  tell(counter: string, mark: AlertMark, endsAt?: number): void {
    const found = this.#open(counter, endsAt)
    found.told = withTold(mark, found.told)
  }

  /** Looks at the next counter in turn, and forgets it where its window ended long before `date`, and nothing is held. */
  tidy(date: number): void {
    const next = this.#cursor.next()
    if (next.done) {
      this.#cursor = this.#counters.entries()
      return
    }
    const [name, { endsAt, standing }] = next.value
    if (standing === 0 && endsAt !== undefined && endsAt + graceMs <= date) this.#counters.delete(name)
  }

  *state(): Generator<StatePart> {
    for (const [counter, { committed, endsAt, told }] of this.#counters) {
      if (committed === 0 && told === undefined) continue
      yield {
        kind: 'counter',
        counter,
        committed,
        ...(endsAt !== undefined && { endsAt }),
        ...(told !== undefined && { told }),
      }
    }
  }

  #open(name: string, endsAt: number | undefined): Counter {
    let found = this.#counters.get(name)
    if (found === undefined) {
      found = { committed: 0, held: 0, standing: 0, endsAt, told: undefined }
      this.#counters.set(name, found)
    } else if (found.endsAt !== undefined) {
      found.endsAt = endsAt === undefined ? undefined : Math.max(found.endsAt, endsAt)
    }
    return found
  }

  #dropIfZero(name: string, { committed, standing, told }: Counter): void {
    if (committed === 0 && standing === 0 && told === undefined) this.#counters.delete(name)
  }
}

/** A limit that is raised has marks at higher amounts, and one that is lowered has greater shares at lower amounts. */
function isBeyond({ share, at }: AlertMark, told: AlertMark | undefined): boolean {
  return told === undefined || at > told.at || share > told.share
}

function withTold({ share, at }: AlertMark, told: AlertMark | undefined): AlertMark {
  return { share, at: Math.max(at, told?.at ?? 0) }
}
