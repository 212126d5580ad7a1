// Keeps the books of attempts: what each might cost is held before it is sent, and what it cost is booked after it.

import type { BudgetState } from '../core/budget-state.js'
import type { ByokError } from '../core/errors.js'
import type { RequestLabels } from '../core/handler-events.js'
import type { Secret } from '../core/secret.js'
import type { Charge } from '../core/store.js'
import type { UsageRecord } from '../core/usage-record.js'
import {
  type AdmissionQuestion,
  type AdmissionSurroundings,
  type Admitted,
  admit,
  holdTtlMs,
} from './admission.js'
import { serviceTierOf } from './bound.js'
import { appliedLimits, type BudgetLimit, isMoneyLimited, type Subject } from './budget-limit.js'
import { CacheHits } from './cache-hits.js'
import { Calendar } from './calendar.js'
import { chargeOf } from './claims.js'
import { stateOf } from './exceeded.js'
import { inTime } from './in-time.js'
import { LimitBook } from './limit-book.js'
import type { Bill } from './pricing.js'
import { type AttemptFacts, type AttemptResult, finalRecord, uncertainRecord } from './record.js'
import { promptText, type Redaction, recordedText } from './recorded-text.js'
import { Settlements } from './settlements.js'
import { StopWatch } from './stop-watch.js'

/** An attempt that wants to be sent. */
export interface AttemptQuestion extends AdmissionQuestion {
  /** The key that pays. */
  readonly secret: Secret | undefined
  /** Ends the attempt: a budget with `stop` is spent. */
  readonly onStop: (error: ByokError) => void
}

/** An attempt may be sent. */
export interface Grant {
  /** The output limit that must be sent, since no more is paid for. */
  readonly maxTokens?: number
  /** The store could not be reached: nothing is held, and nothing will be booked. */
  readonly isUnbooked?: true
}

/** Decides whether an attempt may be paid for, and books what it cost. */
export interface Budget {
  /** Throws `budget-exceeded`, `price-unknown`, `rate-limited` or `store-unavailable` where the attempt may not be sent. */
  admit(question: AttemptQuestion): Promise<Grant>
  /** The attempt was sent, and this is what became of it. Tells what it cost. */
  commit(attemptId: string, result: AttemptResult): Promise<Bill>
  /** Nothing was sent. */
  release(attemptId: string): Promise<void>
  /**
   * Whether a model of unknown price would be refused: a money budget holds for these labels, or the request has a ceiling,
   * and unknown prices are denied under one. Changes nothing.
   */
  refusesUnknownPrice(labels: RequestLabels, hasCeiling: boolean): Promise<boolean>
}

/** A share of a budget that was reached by an attempt. */
export interface BudgetAlert {
  readonly budget: BudgetState
  readonly share: number
  readonly facts: AttemptFacts
}

/** What the books stand on. */
export interface BudgetSurroundings extends Omit<AdmissionSurroundings, 'book' | 'calendar' | 'undo'> {
  readonly limits: readonly BudgetLimit[]
  /** Tells keys apart without showing anything of them. */
  readonly fingerprint: (secret: Secret) => Promise<string>
  readonly onAlert: (alert: BudgetAlert) => void
  /** Records keep the texts of prompts and answers, redacted by this. Absent: they keep none. */
  readonly redact: Redaction | undefined
}

/** An attempt under way. */
interface Open {
  readonly question: AttemptQuestion
  readonly at: number
  readonly draft: UsageRecord
  /** Absent where the store could not be reached. */
  readonly admitted: Admitted | undefined
  readonly stopWatching: () => void
}

/** The budgets of a handler over a store. */
export class BudgetKeeper implements Budget {
  /** What the settled attempts have found in their providers' caches. */
  readonly cacheHits = new CacheHits()
  readonly #around: BudgetSurroundings
  readonly #admission: AdmissionSurroundings
  readonly #book: LimitBook
  readonly #calendar = new Calendar()
  readonly #watch: StopWatch
  readonly #settlements: Settlements
  readonly #open = new Map<string, Open>()
  /** How many are being admitted, and who waits until nobody is. */
  #admitting = 0
  #onNoneAdmitting: (() => void) | undefined
  #closing: Promise<void> | undefined

  constructor(around: BudgetSurroundings) {
    const { clock, store, limits } = around
    const [book, calendar] = [new LimitBook(limits, store, clock), this.#calendar]
    this.#around = around
    this.#book = book
    this.#admission = { ...around, book, calendar, undo: (facts) => this.#undo(facts) }
    this.#watch = new StopWatch({ clock, store, book, calendar })
    this.#settlements = new Settlements(clock)
  }

  async admit(question: AttemptQuestion): Promise<Grant> {
    this.#admitting += 1
    try {
      return await this.#admit(question)
    } finally {
      this.#admitting -= 1
      if (this.#admitting === 0) this.#onNoneAdmitting?.()
    }
  }

  async #admit(question: AttemptQuestion): Promise<Grant> {
    const { attemptId, provider, model, labels, secret } = question
    const at = this.#around.clock.date()
    const key = secret === undefined ? undefined : await this.#around.fingerprint(secret)
    const subject: Subject = {
      ...labels,
      ...(key === undefined ? {} : { key }),
      provider,
      model: `${provider}/${model}`,
    }
    const admitted = await admit(question, subject, at, this.#admission)
    const open: Open = {
      question,
      at,
      draft: admitted?.hold.record ?? uncertainRecord(question, at, key, undefined),
      admitted,
      stopWatching: this.#watch.add({
        subject,
        admitted,
        onStop: question.onStop,
        keep: () => (admitted === undefined ? undefined : this.#keep(question)),
      }),
    }
    this.#open.set(attemptId, open)
    if (admitted === undefined) return { isUnbooked: true }
    return admitted.maxTokens === undefined ? {} : { maxTokens: admitted.maxTokens }
  }

  async commit(attemptId: string, result: AttemptResult): Promise<Bill> {
    const open = this.#close(attemptId)
    if (open === undefined) return { cost: null, savings: null }
    const { question, draft, admitted, at } = open
    const { pricing, onStoreFailure } = this.#around
    const { provider, model, chat, labels } = question
    this.cacheHits.note({ tenant: labels.tenant, provider, model, chat }, result.usage)
    if (result.usage !== undefined) await pricing.ready(provider, at)
    const bill = pricing.bill(
      { provider, model, serviceTier: serviceTierOf(chat, provider) },
      result.usage,
      at,
    )
    if (admitted === undefined) return bill
    const cost = bill.cost ?? result.reportedCost ?? null
    const charge = chargeOf(admitted.limits, admitted.rates, result.usage, cost)
    const isOverrun = charge.claims.some((amount, claim) => amount > (admitted.held[claim] ?? 0))
    const record = { ...finalRecord(draft, result, bill, isOverrun), ...this.#textsOf(question, result) }
    const settled = this.#settlements.settle(
      () => this.#commit(question, admitted, charge, record),
      () => onStoreFailure(question, 'late'),
    )
    // Who has left does not wait for the store.
    if (result.outcome !== 'aborted') await settled
    return bill
  }

  async release(attemptId: string): Promise<void> {
    const open = this.#close(attemptId)
    if (open?.admitted === undefined) return
    await this.#release(open.question)
  }

  async refusesUnknownPrice(labels: RequestLabels, hasCeiling: boolean): Promise<boolean> {
    const { clock, pricing } = this.#around
    if (!pricing.deniesUnknown) return false
    if (hasCeiling) return true
    try {
      const { limits } = await inTime(clock, () => this.#book.current())
      return isMoneyLimited(limits, labels)
    } catch {
      return false // a store that is down is met at the admission
    }
  }

  /** How the budgets of a subject stand. */
  states(subject: Subject): Promise<BudgetState[]> {
    return inTime(this.#around.clock, () => this.#statesOf(subject))
  }

  /** Sets or changes a budget while the handler runs, in every process that shares the store. */
  async set(limit: BudgetLimit): Promise<void> {
    await inTime(this.#around.clock, () => this.#book.set(limit))
    await this.#watch.look()
  }

  /** Removes budgets, in every process that shares the store. False where there was none. */
  remove(limits: readonly Omit<BudgetLimit, 'amount'>[]): Promise<boolean> {
    return inTime(this.#around.clock, () => this.#book.remove(limits))
  }

  /** Waits until whoever has left has no hold behind him, and tries once more what has not reached the store. */
  close(): Promise<void> {
    this.#closing ??= this.#settleAll()
    return this.#closing
  }

  #textsOf(
    { chat, secret }: AttemptQuestion,
    { answer }: AttemptResult,
  ): Pick<UsageRecord, 'prompt' | 'answer'> {
    const { redact } = this.#around
    if (redact === undefined) return {}
    const asked = recordedText(promptText(chat), redact, secret)
    const answered = answer === undefined ? undefined : recordedText(answer, redact, secret)
    return {
      ...(asked === undefined ? {} : { prompt: asked }),
      ...(answered === undefined ? {} : { answer: answered }),
    }
  }

  async #settleAll(): Promise<void> {
    if (this.#admitting > 0) {
      const idle = new Promise<void>((resolve) => {
        this.#onNoneAdmitting = resolve
      })
      await inTime(this.#around.clock, () => idle).catch(() => undefined) // an app may think about an approval for longer
    }
    await this.#settlements.close()
  }

  async #statesOf(subject: Subject): Promise<BudgetState[]> {
    this.#book.expire() // another process may have changed them, and this one may not have asked for anything since
    const { limits } = await this.#book.current()
    const applied = appliedLimits(limits, subject, this.#calendar, this.#around.clock.date())
    const counters = applied.map(({ counter }) => counter)
    const states = await this.#around.store.readCounters(counters, subject.tenant)
    return applied.map((one, at) => stateOf(one, states[at] ?? { committed: 0, held: 0 }))
  }

  async #release(facts: AttemptFacts): Promise<void> {
    // Nothing was sent, so nobody need hear of it: at the worst the hold expires.
    await this.#settlements.settle(
      () => this.#around.store.release(facts.attemptId),
      () => undefined,
    )
  }

  #undo(facts: AttemptFacts): void {
    this.#release(facts).catch(() => undefined) // it never rejects
  }

  #close(attemptId: string): Open | undefined {
    const open = this.#open.get(attemptId)
    this.#open.delete(attemptId)
    open?.stopWatching()
    return open
  }

  #keep({ attemptId }: AttemptFacts): void {
    const { clock, store } = this.#around
    // What expires all the same is corrected by the commit.
    inTime(clock, async () => store.renew(attemptId, holdTtlMs)).catch(() => undefined)
  }

  async #commit(
    facts: AttemptFacts,
    { limits }: Admitted,
    charge: Charge,
    record: UsageRecord,
  ): Promise<void> {
    const { outcome, alerts, counters } = await this.#around.store.commit(facts.attemptId, charge, record)
    // The store has lost what it held: nothing was counted.
    if (outcome === 'unknown') this.#around.onStoreFailure(facts, 'lost')
    for (const { claim, share } of alerts) {
      const [applied, state] = [limits[claim], counters[claim]]
      if (applied === undefined || state === undefined) continue
      this.#around.onAlert({ budget: stateOf(applied, state), share, facts })
    }
    this.#watch.spent(limits, counters)
  }
}
