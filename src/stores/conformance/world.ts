// What each case of the suite for stores is given: a store, its time, and holds to try on it.

import type {
  Admission,
  Charge,
  Claim,
  CounterState,
  Hold,
  RateClaim,
  Settlement,
  Store,
} from '../../core/store.js'
import type { RecordFilter, UsageRecord } from '../../core/usage-record.js'
import { expectSame } from './expect.js'

/** One promise of the contract, and how it is tried. */
export type Trial = readonly [name: string, run: (world: World) => Promise<void>]

/** What a hold of the suite says where it differs from the plainest one. */
export interface HoldParts {
  readonly claims?: readonly Claim[]
  readonly rates?: readonly RateClaim[]
  readonly least?: number
  readonly most?: number
  readonly ttlMs?: number
  readonly limitsVersion?: number
  readonly record?: Partial<UsageRecord>
}

/** A fresh store, and what can be done to it. */
export interface World {
  readonly store: Store
  /** Another client of the same store, where there are such; else the store itself. */
  another(): Promise<Store>
  /** Closes the store and opens it again. Absent where nothing outlasts it. */
  readonly reopen?: () => Promise<Store>
  /** Lets that much of the store's time pass. */
  wait(ms: number): Promise<void>
  /** The store's date, in milliseconds since 1970. */
  date(): number
  /** A short time: how long a hold of the suite stands. */
  readonly shortMs: number
  /** Whether waiting costs nothing. */
  readonly isTimeFree: boolean
}

/** The tenant of the suite. */
export const tenant = 'acme'

/** A counter's name as budgets make it. */
export function counterOf(per: string, measure = 'usd'): string {
  return `${measure}/tenant/${tenant}/${per}/2026-11-21@UTC`
}

/** The counter that most cases count against. */
export const day = counterOf('day')

/** A claim on a counter. */
export function claim(limit: number | undefined, base: number, perToken = 0, counter = day): Claim {
  return { counter, base, perToken, ...(limit !== undefined && { limit }) }
}

/** A usage record as an attempt would leave it. */
export function recordOf(id: string, parts: Partial<UsageRecord> = {}): UsageRecord {
  return {
    id,
    requestId: `request-of-${id}`,
    at: 1_795_000_000_000,
    tenant,
    provider: 'openai',
    model: 'gpt-4o-mini',
    requestedModel: 'openai/gpt-4o-mini',
    mode: 'stream',
    credentialSource: 'app',
    outcome: 'success',
    usage: { input: 10, output: 20 },
    cost: 700,
    savings: null,
    durationMs: 1_234,
    ...parts,
  }
}

/** A hold that stands for a long time, unless `parts` say otherwise. */
export function holdOf(id: string, parts: HoldParts = {}): Hold {
  const { claims = [claim(undefined, 100)], rates = [], least = 0, most = 0, ...rest } = parts
  const { ttlMs = 600_000, limitsVersion = 0, record } = rest
  const { usage: _unused, ...bound } = recordOf(id, { outcome: 'uncertain', cost: 900, ...record })
  return { id, tenant, claims, rates, tokens: { least, most }, ttlMs, limitsVersion, record: bound }
}

/** What an attempt cost, for holds without rates. */
export function charge(...claims: number[]): Charge {
  return { claims, rates: [] }
}

/** Admits a hold, and throws unless it was granted. Tells the tokens. */
export async function admitted(store: Store, hold: Hold): Promise<number> {
  const admission = await store.admit(hold)
  if (admission.outcome !== 'admitted')
    throw new Error(`"${hold.id}" should fit: ${JSON.stringify(admission)}`)
  return admission.tokens
}

/** How one counter stands. */
export async function stateOf(store: Store, counter = day): Promise<CounterState> {
  const [state] = await store.readCounters([counter], tenant)
  if (state === undefined)
    throw new Error('readCounters answered nothing for the counter that it was asked for')
  return state
}

/** Throws unless the counter stands so. */
export async function expectCounter(
  what: string,
  store: Store,
  committed: number,
  held: number,
  counter = day,
): Promise<void> {
  expectSame(what, await stateOf(store, counter), { committed, held })
}

/** All records that are meant, in the store's order. */
export async function recordsOf(store: Store, filter: RecordFilter = { tenant }): Promise<UsageRecord[]> {
  const found: UsageRecord[] = []
  for await (const record of store.records(filter)) found.push(record)
  return found
}

/** How many of these answers have an outcome. */
export function countOutcomes(answers: readonly (Admission | Settlement)[], outcome: string): number {
  return answers.filter((answer) => answer.outcome === outcome).length
}

/** As many numbers from 0 on. */
export function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index)
}
