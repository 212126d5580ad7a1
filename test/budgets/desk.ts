// A handler with budgets before an upstream, and everything that its books can be asked afterwards.

import { expect } from 'vitest'
import type { ByokError } from '../../src/core/errors.js'
import type { HandlerEvents } from '../../src/core/handler-events.js'
import type { LedgerEntry, Store } from '../../src/core/store.js'
import type { UsageRecord } from '../../src/core/usage-record.js'
import type { BudgetOption } from '../../src/options/check-budgets.js'
import type { HandlerOptions } from '../../src/options/handler-options.js'
import { memoryStore } from '../../src/stores/memory.js'
import type { Answer } from '../../src/testing/answer.js'
import { FakeClock } from '../../src/testing/fake-clock.js'
import { type AnswerReply, reply } from '../../src/testing/reply.js'
import type { Upstream } from '../../src/testing/upstream.js'
import type { DialectName } from '../../src/wire/dialect.js'
import { failureOf, type Stage, stageOf, upstreamWith } from '../pipeline/stage.js'

/** A dollar in nano-dollars. */
export const dollar = 1_000_000_000

/** A prompt token costs 1,000 nano-dollars, a generated one 2,000. */
export const plainPrice = { inputPerMillion: 1, outputPerMillion: 2 }

/** What the prompt `x` may come to: 256 tokens a request, 16 a message, one byte. */
export const promptBound = 273

/** What a call with the prompt `x` may cost at the most, in nano-dollars. */
export function boundFor(maxTokens: number): number {
  return promptBound * 1_000 + maxTokens * 2_000
}

/** An answer with these counts. */
export function counted(input: number, output: number, answer: Answer = {}): AnswerReply {
  return reply.chat({ ...answer, usage: { input, output } })
}

/** A handler with its store, its ledger, and its alerts. */
export interface Desk extends Stage {
  readonly upstream: Upstream
  readonly store: Store
  readonly clock: FakeClock
  readonly ledger: LedgerEntry[]
  readonly alerts: HandlerEvents['budget-alert'][]
  /** All records, newest first. */
  records(): Promise<UsageRecord[]>
}

/** What a desk may be told. */
export interface DeskOptions extends HandlerOptions {
  readonly replies?: Parameters<typeof upstreamWith>[0]
  readonly at?: Upstream
  readonly dialect?: DialectName
  readonly ledger?: LedgerEntry[]
}

/** Opens a desk: one provider `one`, its model `m`, a clock that stands still, a store in memory. */
export async function deskOf(budgets: readonly BudgetOption[], options: DeskOptions = {}): Promise<Desk> {
  const { replies = [reply.chat()], at, dialect, ledger = [], ...rest } = options
  const upstream = at ?? (await upstreamWith(replies))
  const clock = rest.clock instanceof FakeClock ? rest.clock : new FakeClock()
  const store = rest.store ?? memoryStore({ clock, onEntry: (entry) => ledger.push(entry) })
  const stage = stageOf(
    { one: upstream, two: upstream },
    {
      prices: { 'one/*': plainPrice, 'two/*': plainPrice },
      fingerprintSecret: 'pepper',
      ...rest,
      clock,
      store,
      budgets,
    },
    dialect,
  )
  const alerts: HandlerEvents['budget-alert'][] = []
  stage.handler.on('budget-alert', (event) => alerts.push(event))
  return { ...stage, upstream, store, clock, ledger, alerts, records: () => recordsOf(store) }
}

/** A question with nothing in it but what a test is about. */
export const ask = { model: 'one/m', prompt: 'x', maxTokens: 1_000 } as const

/** All records of a store, newest first. */
export async function recordsOf(store: Store): Promise<UsageRecord[]> {
  const found: UsageRecord[] = []
  for await (const record of store.records({})) found.push(record)
  return found
}

/** How the counters of a ledger stand. */
export function sumsOf(ledger: readonly LedgerEntry[]): Map<string, { committed: number; held: number }> {
  const sums = new Map<string, { committed: number; held: number }>()
  for (const { changes } of ledger) {
    for (const { counter, committed, held } of changes) {
      const sum = sums.get(counter) ?? { committed: 0, held: 0 }
      sums.set(counter, { committed: sum.committed + committed, held: sum.held + held })
    }
  }
  return sums
}

/** The most that a counter was ever committed and held together, and by itself, in the store's own order. */
export function peaksOf(ledger: readonly LedgerEntry[]): { most: number; mostCommitted: number } {
  let [most, mostCommitted] = [0, 0]
  const sums = new Map<string, { committed: number; held: number }>()
  for (const { changes } of ledger) {
    for (const { counter, committed, held } of changes) {
      const before = sums.get(counter) ?? { committed: 0, held: 0 }
      const now = { committed: before.committed + committed, held: before.held + held }
      expect(Math.min(now.committed, now.held)).toBeGreaterThanOrEqual(0)
      sums.set(counter, now)
      most = Math.max(most, now.committed + now.held)
      mostCommitted = Math.max(mostCommitted, now.committed)
    }
  }
  return { most, mostCommitted }
}

/** The counters of a ledger stand in the store as the ledger adds them up. */
export async function expectBalanced(store: Store, ledger: readonly LedgerEntry[]): Promise<void> {
  const sums = sumsOf(ledger)
  const states = await store.readCounters([...sums.keys()])
  expect(states).toEqual([...sums.values()])
}

/** The refusal of a call that does not fit a budget; nothing was sent for it. */
export async function refusalOf(desk: Desk, request: Parameters<Desk['handler']['generateResponse']>[0]) {
  const hits = desk.upstream.hits()
  const error: ByokError = await failureOf(desk.handler.generateResponse(request))
  expect(desk.upstream.hits()).toBe(hits)
  return error
}
