// The contract of a store: where budgets are counted, rates are limited, and usage and small records are kept.

import type { RecordFilter, UsageRecord } from './usage-record.js'

/**
 * One counter that an attempt counts against: one budget in one window. Amounts are whole and never negative:
 * nano-dollars, tokens or calls, as the budget has it; a store does not care which.
 */
export interface Claim {
  /** The counter's name: what is limited, whose, and in which window. */
  readonly counter: string
  /** When its window ends, in milliseconds since 1970, after which it may be forgotten. Absent: never. */
  readonly endsAt?: number
  /** Refused is what would bring spent and held together above this. Absent: it is counted, and nothing is refused. */
  readonly limit?: number
  /** Held whatever the length of the answer. */
  readonly base: number
  /** Held besides for each output token that the answer may have. */
  readonly perToken: number
  /** Told once a counter, when the spent amount has reached `at`; in rising order. */
  readonly alerts?: readonly AlertMark[]
}

/** A share of a limit, and the amount that it is. */
export interface AlertMark {
  readonly share: number
  readonly at: number
}

/** A limit on how much may begin within any stretch of time. */
export interface RateClaim {
  readonly key: string
  readonly limit: number
  readonly windowMs: number
  readonly amount: number
}

/** What an attempt might cost, before it is sent. A counter or a rate stands in it once. */
export interface Hold {
  /** The attempt's id. Whatever is done twice under one id is done once. */
  readonly id: string
  readonly tenant?: string
  readonly claims: readonly Claim[]
  readonly rates: readonly RateClaim[]
  /**
   * How many output tokens are to be paid for: `most` where there is room, else as many as fit, but not fewer than
   * `least`. The same number holds for every claim.
   */
  readonly tokens: { readonly least: number; readonly most: number }
  /** How long the hold stands without `renew`. */
  readonly ttlMs: number
  /** The version of the limits that this hold was made by: that of the small record `limits`/`budgets`, 0 where there is none. */
  readonly limitsVersion: number
  /** What is written down, with the outcome `uncertain`, should nobody ever settle it. */
  readonly record: UsageRecord
  /** What that record says it cost: this for the output tokens that are granted. Absent: what stands in the record. */
  readonly cost?: { readonly base: number; readonly perToken: number }
}

/** How a counter stands. */
export interface CounterState {
  readonly committed: number
  readonly held: number
}

/** A claim that does not fit. */
export interface Refusal extends CounterState {
  /** Which claim of the hold. */
  readonly claim: number
  /** What was asked for at the least. */
  readonly asked: number
}

/** The answer to a hold: all of it is granted, or nothing is. */
export type Admission =
  | {
      readonly outcome: 'admitted'
      /** The output tokens that are paid for. */
      readonly tokens: number
    }
  /** Names every claim that does not fit. */
  | { readonly outcome: 'refused'; readonly refusals: readonly Refusal[] }
  /** Too much has begun lately. The rate with the longest wait is named; Infinity where the amount alone exceeds the limit. */
  | { readonly outcome: 'rate-limited'; readonly rate: number; readonly retryAfterMs: number }
  /** The limits have changed since: read them again, and ask again. */
  | { readonly outcome: 'stale' }
  /** The id was settled before. Nothing is held. */
  | { readonly outcome: 'settled' }

/** What an attempt cost in truth: an amount for each claim and each rate of its hold, in their order. */
export interface Charge {
  readonly claims: readonly number[]
  readonly rates: readonly number[]
}

/** What became of a commit or a release. */
export interface Settlement {
  /**
   * `settled`: the hold is gone, and the charge stands in its place. `corrected`: it had expired and was charged at its
   * bound; now the truth stands in its place. `repeated`: it was settled before. `unknown`: there is no such hold.
   * The last two change nothing.
   */
  readonly outcome: 'settled' | 'corrected' | 'repeated' | 'unknown'
  /** The marks that this commit has reached, each told once a counter, whoever commits. */
  readonly alerts: readonly { readonly claim: number; readonly share: number }[]
  /** How the counters stand now, in the order of the claims. */
  readonly counters: readonly CounterState[]
}

/** A small record: text under a name, with a version that rises by 1 each time it is written. */
export interface StoredText {
  readonly value: string
  readonly version: number
}

/** One change of the counters, in the order in which the store made them. */
export interface LedgerEntry {
  /** Rises by 1. */
  readonly sequence: number
  readonly operation: 'admit' | 'commit' | 'release' | 'expire' | 'correct'
  /** The attempt's id. */
  readonly id: string
  /** What was added to each counter; negative where it was taken away. */
  readonly changes: readonly {
    readonly counter: string
    readonly committed: number
    readonly held: number
  }[]
}

/**
 * Keeps what must outlast a request. Every method is atomic: it happens whole or not at all, and one after another.
 * A method that cannot reach what it stands on rejects, whatever with; the caller decides what that means.
 */
export interface Store {
  /**
   * Holds what an attempt might cost, over every claim and every rate at once or not at all. A hold that stands already
   * is granted again, unchanged. Every call also brings home the holds that have expired.
   */
  admit(hold: Hold): Promise<Admission>
  /** Prolongs a hold by its lifetime from now on. False where it does not stand any more. */
  renew(id: string, ttlMs: number): Promise<boolean>
  /**
   * Puts what the attempt cost in the place of its hold, and writes its record. Never refuses: what goes beyond the hold,
   * or beyond the limit, is debt that the next hold meets.
   */
  commit(id: string, charge: Charge, record: UsageRecord): Promise<Settlement>
  /**
   * Nothing was sent: the hold goes, rates included. A record is written where one is given. Of a hold that had expired,
   * the charge is taken back, and its record is replaced or removed.
   */
  release(id: string, record?: UsageRecord): Promise<Settlement>
  /** How counters stand; zeros for one that nobody has counted against. Expired holds are brought home first. */
  readCounters(counters: readonly string[], tenant?: string): Promise<readonly CounterState[]>
  /** What commits, releases and expiries wrote, newest first. */
  records(filter: RecordFilter): AsyncIterable<UsageRecord>
  /** A small record. */
  get(collection: string, key: string): Promise<StoredText | undefined>
  /**
   * Writes a small record and tells its new version; `undefined`, and nothing written, where `ifVersion` is not the
   * version that stands (0: there must be none).
   */
  set(collection: string, key: string, value: string, ifVersion?: number): Promise<number | undefined>
  /** False where there was none. A record that is written again goes on counting its versions. */
  delete(collection: string, key: string): Promise<boolean>
  /** The records of a collection, in the order of their keys' UTF-16 units. */
  list(collection: string): Promise<readonly (StoredText & { readonly key: string })[]>
  /** Lets go of files and timers. A client that the app has given stays open. */
  close(): Promise<void>
}
