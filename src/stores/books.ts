// The books behind the embedded stores: what an operation answers and changes, given the time, and nothing else.

import type { Admission, Charge, CounterState, Hold, Settlement } from '../core/store.js'
import type { UsageRecord } from '../core/usage-record.js'
import {
  type Change,
  type CounterChange,
  type HeldClaim,
  type HeldRate,
  type SettleChange,
  type StandingHold,
  type StatePart,
  type TextChange,
  tombstoneOf,
  unsettledRecord,
} from './change.js'
import { checkCharge, checkHold } from './check-hold.js'
import { Counters } from './counters.js'
import { Rates } from './rates.js'
import { Texts } from './texts.js'
import { Tombstones } from './tombstones.js'

/** How long an id is remembered after its hold would have expired. */
const tombstoneMs = 60 * 60 * 1_000

/** Told of each change after it was made, in order. */
export type ChangeListener = (change: Change) => void

/**
 * Counters, rates, holds, settled ids and small records. Each method is one step that happens whole; what it changes is
 * told to the listener. Time is given in milliseconds since 1970; a time before the latest counts as the latest. The same
 * steps at the same times give the same books.
 */
export class Books {
  readonly #counters = new Counters()
  readonly #rates = new Rates()
  readonly #texts = new Texts()
  readonly #tombstones = new Tombstones()
  readonly #holds = new Map<string, StandingHold>()
  readonly #onChange: ChangeListener
  #sequence = 0
  #at = 0
  /** No hold expires before. Settling a hold does not move it, so that it may be too early, never too late. */
  #nextExpiry = Number.POSITIVE_INFINITY

  constructor(onChange: ChangeListener) {
    this.#onChange = onChange
  }

  /** The latest time that was given. */
  get at(): number {
    return this.#at
  }

  /** Throws `invalid-request` where an amount cannot be counted. */
  admit(hold: Hold, time: number): Admission {
    checkHold(hold)
    const at = this.expireDue(time)
    const standing = this.#holds.get(hold.id)
    if (standing !== undefined) return { outcome: 'admitted', tokens: standing.tokens }
    if (this.#tombstones.find(hold.id, at) !== undefined) return { outcome: 'settled' }
    if (hold.limitsVersion !== this.#texts.version('limits', 'budgets')) return { outcome: 'stale' }
    const tokens = this.#counters.fit(hold)
    if (typeof tokens !== 'number') return { outcome: 'refused', refusals: tokens }
    const wait = this.#rates.longestWait(hold.rates, at)
    if (wait !== undefined) return { outcome: 'rate-limited', ...wait }
    const claims = hold.claims.map(
      ({ counter, base, perToken, endsAt, limit, alerts }): HeldClaim => ({
        counter,
        held: base + perToken * tokens,
        ...(endsAt !== undefined && { endsAt }),
        ...(limit !== undefined && { limit }),
        ...(alerts !== undefined && { alerts }),
      }),
    )
    this.#counters.checkRoom(claims)
    const rates = hold.rates.map((rate) => this.#rates.place(rate, at))
    const record = unsettledRecord(hold, tokens)
    const granted = { id: hold.id, tokens, expiresAt: at + hold.ttlMs, claims, rates, record }
    this.#make({ kind: 'admit', sequence: this.#sequence + 1, at, hold: granted })
    return { outcome: 'admitted', tokens }
  }

  /** A renewal is no change that must be kept: who opens the books again brings all holds home at once. */
  renew(id: string, ttlMs: number, time: number): boolean {
    const at = this.expireDue(time)
    const hold = this.#holds.get(id)
    if (hold === undefined) return false
    this.#stand({ ...hold, expiresAt: at + ttlMs })
    return true
  }

  /** Throws `invalid-request` where the charge does not match the hold. */
  commit(id: string, charge: Charge, record: UsageRecord, time: number): Settlement {
    return this.#settle(id, charge, record, time)
  }

  release(id: string, record: UsageRecord | undefined, time: number): Settlement {
    return this.#settle(id, undefined, record, time)
  }

  readCounters(names: readonly string[], time: number): readonly CounterState[] {
    this.expireDue(time)
    return names.map((name) => this.#counters.stateOf(name))
  }

  /** Brings home the holds whose time is over. Tells what time it is. */
  expireDue(time: number): number {
    this.#at = Math.max(this.#at, time)
    if (this.#at >= this.#nextExpiry) this.#expire((hold) => hold.expiresAt <= this.#at)
    return this.#at
  }

  /** Brings home every hold: those who made them are gone. Tells how many there were. */
  expireAll(time: number): number {
    const count = this.#holds.size
    this.#at = Math.max(this.#at, time)
    this.#expire(() => true)
    return count
  }

  /** Lets holds stand as long as they do in other books, where they were renewed. */
  prolongAs(others: Books): void {
    for (const { id, expiresAt } of others.#holds.values()) {
      const hold = this.#holds.get(id)
      if (hold !== undefined) this.#holds.set(id, { ...hold, expiresAt: Math.max(expiresAt, hold.expiresAt) })
    }
  }

  /** A bit of housekeeping, to be called with every operation. `date` is what forgets windows; it may differ from the time. */
  tidy(date: number): void {
    this.#counters.tidy(date)
    this.#rates.tidy(this.#at)
  }

  /** The small records, for reading. */
  get texts(): Pick<Texts, 'get' | 'list'> {
    return this.#texts
  }

  set(collection: string, key: string, value: string, ifVersion?: number): number | undefined {
    return this.#write(this.#texts.write(collection, key, value, ifVersion))?.version
  }

  delete(collection: string, key: string): boolean {
    return this.#write(this.#texts.remove(collection, key)) !== undefined
  }

  /** Takes over a change that was made before, as it stands in a journal. Nobody is told. */
  apply(change: Change): void {
    if (change.kind === 'text') {
      this.#texts.apply(change)
      return
    }
    this.#at = Math.max(this.#at, change.at)
    this.#sequence = Math.max(this.#sequence, change.sequence)
    if (change.kind === 'admit') {
      this.#grant(change.hold)
      for (const rate of change.hold.rates) this.#rates.add(rate, change.at)
      return
    }
    const hold = this.#holds.get(change.id)
    if (hold !== undefined) {
      this.#holds.delete(change.id)
      for (const claim of hold.claims) this.#counters.free(claim)
      // The journal has lost the line of its expiry: a correction stands on what that had charged.
      if (change.kind === 'correct') {
        for (const { counter, held } of hold.claims)
          this.#counters.charge({ counter, committed: held, held: 0 })
      }
    }
    for (const counter of change.counters) this.#counters.charge(counter)
    for (const { counter, share, at } of change.told ?? [])
      this.#counters.tell(counter, { share, at }, endOf(change, counter))
    for (const rate of change.rates) this.#rates.add(rate, change.at)
    this.#tombstones.put(tombstoneOf(change))
  }

  /** All of the books, in pieces that `restore` takes. */
  *state(): Generator<StatePart> {
    yield { kind: 'books', sequence: this.#sequence, at: this.#at }
    yield* this.#texts.state()
    yield* this.#counters.state()
    yield* this.#rates.state()
    for (const hold of this.#holds.values()) yield { kind: 'hold', hold }
    yield* this.#tombstones.state(this.#at)
  }

  /** Takes over one piece of books as they stood. */
  restore(part: StatePart): void {
    switch (part.kind) {
      case 'books':
        this.#sequence = part.sequence
        this.#at = part.at
        return
      case 'counter':
        this.#counters.charge({ ...part, held: 0 })
        if (part.told !== undefined) this.#counters.tell(part.counter, part.told, part.endsAt)
        return
      case 'rate':
        for (const [bucket, amount] of part.buckets) this.#rates.add({ ...part, bucket, amount }, this.#at)
        return
      case 'hold':
        this.#grant(part.hold)
        return
      case 'settled':
        this.#tombstones.put(part.tombstone)
        return
      case 'text':
        this.#texts.apply(part)
        return
      default:
        part satisfies never
    }
  }

  #settle(id: string, charge: Charge | undefined, record: UsageRecord | undefined, time: number): Settlement {
    const at = this.expireDue(time)
    const hold = this.#holds.get(id)
    const tombstone = this.#tombstones.find(id, at)
    const amounts = hold ?? tombstone?.expired
    if (amounts === undefined) {
      const counters = tombstone?.counters.map((name) => this.#counters.stateOf(name)) ?? []
      return { outcome: tombstone === undefined ? 'unknown' : 'repeated', alerts: [], counters }
    }
    if (charge !== undefined) checkCharge(charge, amounts)
    const isLate = hold === undefined
    const counters = amounts.claims.map((claim, index): CounterChange => {
      const amount = (charge?.claims[index] ?? 0) - (isLate ? claim.held : 0)
      return counterChange(
        claim,
        this.#counters.possibleChange(claim.counter, amount),
        isLate ? 0 : claim.held,
      )
    })
    const rates = amounts.rates.map((rate, index): HeldRate => {
      return { ...rate, amount: (charge?.rates[index] ?? 0) - rate.amount }
    })
    // What nothing was sent for has reached no mark.
    const marked = charge === undefined ? [] : amounts.claims
    const alerts = marked.flatMap((claim, index) => {
      const marks = this.#counters.reachedMarks(claim, counters[index]?.committed ?? 0)
      return marks.map(({ share, at }) => ({ claim: index, share, at, counter: claim.counter }))
    })
    this.#make({
      kind: isLate ? 'correct' : charge === undefined ? 'release' : 'commit',
      sequence: this.#sequence + 1,
      at,
      id,
      counters,
      rates: rates.filter(({ amount }) => amount !== 0),
      ...(alerts.length > 0 && { told: alerts.map(({ counter, share, at }) => ({ counter, share, at })) }),
      ...(record !== undefined && { record: { ...record } }),
      until: tombstone?.until ?? untilOf(hold?.expiresAt ?? 0, at),
    })
    return {
      outcome: isLate ? 'corrected' : 'settled',
      alerts: alerts.map(({ claim, share }) => ({ claim, share })),
      counters: amounts.claims.map(({ counter }) => this.#counters.stateOf(counter)),
    }
  }

  #expire(isOver: (hold: StandingHold) => boolean): void {
    for (const hold of [...this.#holds.values()].filter(isOver)) {
      const { id, claims, rates, record, expiresAt } = hold
      this.#make({
        kind: 'expire',
        sequence: this.#sequence + 1,
        at: this.#at,
        id,
        counters: claims.map((claim) => {
          return counterChange(claim, this.#counters.possibleChange(claim.counter, claim.held), claim.held)
        }),
        rates: [],
        record,
        until: untilOf(expiresAt, this.#at),
        expired: { claims, rates },
      })
    }
    this.#nextExpiry = Number.POSITIVE_INFINITY
    for (const { expiresAt } of this.#holds.values()) this.#nextExpiry = Math.min(this.#nextExpiry, expiresAt)
  }

  #grant(hold: StandingHold): void {
    this.#stand(hold)
    for (const claim of hold.claims) this.#counters.hold(claim)
  }

  #stand(hold: StandingHold): void {
    this.#holds.set(hold.id, hold)
    this.#nextExpiry = Math.min(this.#nextExpiry, hold.expiresAt)
  }

  #write(change: TextChange | undefined): TextChange | undefined {
    if (change !== undefined) this.#make(change)
    return change
  }

  #make(change: Change): void {
    this.apply(change)
    this.#onChange(change)
  }
}

function counterChange({ counter, endsAt }: HeldClaim, committed: number, held: number): CounterChange {
  return { counter, committed, held: held === 0 ? 0 : -held, ...(endsAt !== undefined && { endsAt }) }
}

function endOf(change: SettleChange, name: string): number | undefined {
  return change.counters.find(({ counter }) => counter === name)?.endsAt
}

function untilOf(expiresAt: number, at: number): number {
  return Math.max(expiresAt, at) + tombstoneMs
}
