// What can happen to the books of an embedded store, and what they consist of: each as plain data that JSON can carry.

import type { AlertMark, Hold, LedgerEntry } from '../core/store.js'
import type { UsageRecord } from '../core/usage-record.js'

/** A claim of a hold that was granted. */
export interface HeldClaim {
  readonly counter: string
  /** What is held: the bound of what the attempt can cost. */
  readonly held: number
  readonly endsAt?: number
  /** Told to whoever reads the journal; the books do not need it. Absent: nothing is refused, or the line is an old one. */
  readonly limit?: number
  readonly alerts?: readonly AlertMark[]
}

/** A rate of a hold that was granted, and the bucket of time in which it counts. */
export interface HeldRate {
  readonly key: string
  readonly windowMs: number
  readonly bucket: number
  readonly amount: number
}

/** What of a hold a settlement needs. */
export interface HeldAmounts {
  readonly claims: readonly HeldClaim[]
  readonly rates: readonly HeldRate[]
}

/** A hold that was granted and not settled yet. */
export interface StandingHold extends HeldAmounts {
  readonly id: string
  readonly tokens: number
  readonly expiresAt: number
  readonly record: UsageRecord
}

/** What is kept of an id that was settled. */
export interface Tombstone {
  readonly id: string
  /** When it may be forgotten, in the store's time. */
  readonly until: number
  readonly counters: readonly string[]
  /** What was charged when the hold expired, as long as that was not corrected. */
  readonly expired?: HeldAmounts
}

/** What a settlement adds to a counter; negative where it takes away. */
export interface CounterChange {
  readonly counter: string
  readonly committed: number
  readonly held: number
  readonly endsAt?: number
}

/** A hold was granted. */
export interface AdmitChange {
  readonly kind: 'admit'
  readonly sequence: number
  /** The store's time in milliseconds since 1970. */
  readonly at: number
  readonly hold: StandingHold
}

/** A hold was settled, or a settlement corrected. It says all that it does, so that it can be read without the hold. */
export interface SettleChange {
  readonly kind: 'commit' | 'release' | 'expire' | 'correct'
  readonly sequence: number
  readonly at: number
  readonly id: string
  readonly counters: readonly CounterChange[]
  readonly rates: readonly HeldRate[]
  /** The marks that were told, by counter. */
  readonly told?: readonly (AlertMark & { readonly counter: string })[]
  /** What is written down. With `correct`, it takes the place of what the expiry wrote, or leaves that place empty. */
  readonly record?: UsageRecord
  /** How long the id is remembered. */
  readonly until: number
  /** What an expiry has charged, should its truth come late. */
  readonly expired?: HeldAmounts
}

/** A small record was written, or deleted where there is no value. */
export interface TextChange {
  readonly kind: 'text'
  readonly collection: string
  readonly key: string
  readonly value?: string
  readonly version: number
}

/** One step of the books. */
export type Change = AdmitChange | SettleChange | TextChange

/** One piece of the books as they stand; all of them together are the books. */
export type StatePart =
  | { readonly kind: 'books'; readonly sequence: number; readonly at: number }
  | {
      readonly kind: 'counter'
      readonly counter: string
      readonly committed: number
      readonly endsAt?: number
      readonly told?: AlertMark
    }
  | {
      readonly kind: 'rate'
      readonly key: string
      readonly windowMs: number
      readonly buckets: readonly (readonly [bucket: number, amount: number])[]
    }
  | { readonly kind: 'hold'; readonly hold: StandingHold }
  | { readonly kind: 'settled'; readonly tombstone: Tombstone }
  | TextChange

/** What is kept of the id that a change has settled. */
export function tombstoneOf({ id, until, counters, expired }: SettleChange): Tombstone {
  return {
    id,
    until,
    counters: counters.map(({ counter }) => counter),
    ...(expired !== undefined && { expired }),
  }
}

/** The line of the ledger that a change of the counters is. */
export function ledgerEntryOf(change: AdmitChange | SettleChange): LedgerEntry {
  if (change.kind === 'admit') {
    const { id, claims } = change.hold
    const changes = claims.map(({ counter, held }) => ({ counter, committed: 0, held }))
    return { sequence: change.sequence, operation: 'admit', id, changes }
  }
  const changes = change.counters.map(({ counter, committed, held }) => ({ counter, committed, held }))
  return { sequence: change.sequence, operation: change.kind, id: change.id, changes }
}

/** What is written down of a hold that nobody settles: what it might have cost, for the tokens that it was granted. */
export function unsettledRecord({ cost, record }: Hold, tokens: number): UsageRecord {
  const bound =
    cost === undefined ? record.cost : Math.min(Number.MAX_SAFE_INTEGER, cost.base + cost.perToken * tokens)
  return { ...record, outcome: 'uncertain', cost: bound }
}
