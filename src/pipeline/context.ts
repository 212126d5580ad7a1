// The state of one request on its way through the pipeline.

import type { Attempt } from '../core/attempt.js'
import type { CancelTimer } from '../core/clock.js'
import { ByokError } from '../core/errors.js'
import type { Level, TaskType } from '../core/level.js'
import type { Money } from '../core/money.js'
import type { AttemptEvent, OutputEvent } from '../core/stream-event.js'
import { estimateTokens, type TokenCounter } from '../core/token-estimate.js'
import type { Warning } from '../core/warning.js'
import type { Bill } from '../cost/pricing.js'
import type { AttemptLimits } from '../resilience/deadline.js'
import { totalLimit } from '../resilience/limits.js'
import type { Outcome } from '../routing/learned.js'
import { type ModelReference, nameOf } from '../routing/model-reference.js'
import { tokenCounterFor } from '../routing/token-counter.js'
import { Course } from './course.js'
import { Display } from './display.js'
import type { BatchSource, EventQueue } from './event-queue.js'
import { Interruption } from './interruption.js'
import type { Parts } from './parts.js'
import type { Commit, PreparedRequest } from './prepared-request.js'

/** What a request must know of a plan. */
interface LevelPlan {
  readonly candidates: readonly { readonly limits: AttemptLimits }[]
  readonly work: RequestContext['work']
  readonly ceiling: Money | undefined
}

/** One request under way: what has happened, and what may end it from outside. */
export class RequestContext {
  readonly request: PreparedRequest
  readonly parts: Parts
  readonly commit: Commit
  readonly display: Display
  readonly attempts: Attempt[] = []
  readonly warnings: Warning[]
  readonly startedAt: number
  /** From the start of the request to its first output. */
  firstDeltaMs: number | undefined
  /** The caller has seen output: nobody may take over any more. */
  hasShown = false
  /** The last failure of a provider. What our own parts throw is none, and says nothing about a model or a key. */
  fault: ByokError | undefined
  /** Retries so far, over all candidates. */
  retries = 0
  /** What the attempts have cost so far, as far as that is known. */
  spent: Money = 0
  /** What all attempts together may cost: set by the plan. */
  ceiling: Money | undefined
  /** What the request was judged to be, where it was judged: set by the plan. */
  work: { readonly level: Level; readonly taskType: TaskType } | undefined
  /** What their costs stand on besides: an unknown price, an assumed one. */
  readonly bills: Bill[] = []
  /** The output limit that budgets have granted to the latest attempt, where the request itself names none. */
  heldTo: number | undefined
  /** Which level is under way, and who was asked on it. */
  readonly course = new Course()
  readonly #allowed: AttemptLimits[] = []
  #totalMs: number
  #isRestarting = false
  readonly #startedOn: number
  readonly #waits = new Interruption()
  readonly #listeners = new Set<(error: ByokError) => void>()
  #cancelTotal: CancelTimer | undefined
  #stopListening: (() => void) | undefined
  #hasCallbackFailed = false
  #hasCounterFailed = false
  readonly #queue: EventQueue | undefined
  readonly #onStop: () => void

  /** Events go to `queue`, where somebody iterates. `onStop` is called when the request is over. */
  constructor(
    request: PreparedRequest,
    parts: Parts,
    commit: Commit,
    surroundings: { readonly queue?: EventQueue | undefined; readonly onStop?: () => void } = {},
  ) {
    this.#queue = surroundings.queue
    this.#onStop = surroundings.onStop ?? (() => undefined)
    this.request = request
    this.parts = parts
    this.commit = commit
    this.warnings = [...request.warnings]
    this.#totalMs = totalLimit(request.limits, [])
    this.startedAt = parts.clock.date()
    this.#startedOn = parts.clock.now()
    this.display = new Display(request.callbacks, parts.emitter, request.labels, (name) =>
      this.#callbackFailed(name),
    )
  }

  get elapsedMs(): number {
    return this.parts.clock.now() - this.#startedOn
  }

  /** What is left of the total limit. */
  get remainingMs(): number {
    return Math.max(0, this.#totalMs - this.elapsedMs)
  }

  /** What ended the request from outside, if anything did. */
  get interruption(): ByokError | undefined {
    return this.#waits.error
  }

  /** Begins to watch the caller's signal and the total limit, until `stop`. */
  start(): void {
    const { signal } = this.request
    if (signal?.aborted) {
      this.interrupt(abortedBy(signal.reason))
      return
    }
    if (signal !== undefined) {
      const { aborts } = this.parts
      this.#stopListening = aborts.add(signal, () => this.interrupt(abortedBy(signal.reason)))
    }
    this.#watchTotal()
  }

  /**
   * A level begins: the first, or a higher one. How long the whole may take is known with the candidates; `whenAsked` is
   * told of the first of them that is really asked.
   */
  begin({ candidates, work, ceiling }: LevelPlan, whenAsked?: (model: ModelReference) => void): void {
    this.work = work
    this.ceiling = ceiling
    this.course.begin(this.attempts.length, whenAsked)
    this.#allow(candidates.slice(0, this.request.failover.maxCandidates).map(({ limits }) => limits))
  }

  /** The attempts of the level under way. */
  get levelAttempts(): readonly Attempt[] {
    return this.attempts.slice(this.course.attemptsBefore)
  }

  /** Something is learned of a model, where the app wants that: of the models that `auto` chose, and of no others. */
  learn(model: ModelReference, what: Outcome['what'], latencyMs?: number): void {
    if (this.work === undefined) return
    const { level, taskType } = this.work
    const latency = latencyMs === undefined ? {} : { latencyMs }
    this.parts.learned?.note({ level, taskType, model: nameOf(model), what, ...latency })
  }

  #allow(attempts: readonly AttemptLimits[]): void {
    this.#allowed.push(...attempts)
    const totalMs = totalLimit(this.request.limits, this.#allowed)
    if (totalMs === this.#totalMs || this.interruption !== undefined) return
    this.#totalMs = totalMs
    this.#cancelTotal?.()
    this.#watchTotal()
  }

  #watchTotal(): void {
    this.#cancelTotal = this.parts.clock.timer(this.remainingMs, () => {
      const message = `The request took longer than its limit of ${this.#totalMs} ms.`
      this.interrupt(new ByokError('timeout', message, { phase: 'total' }))
    })
  }

  /** What an attempt has cost; where its price is unknown, what the provider itself has said. */
  noteBill(bill: Bill, reportedCost?: Money): void {
    this.bills.push(bill)
    this.spent += bill.cost ?? reportedCost ?? 0
  }

  /** Another answer begins, after one that the caller has seen a part of. */
  restart(): void {
    this.hasShown = false
    this.#isRestarting = true
  }

  /** True once after a restart: whoever iterates is told so. */
  takeRestart(): boolean {
    const isRestarting = this.#isRestarting
    this.#isRestarting = false
    return isRestarting
  }

  /** The request is over. */
  stop(): void {
    try {
      this.#cancelTotal?.()
      this.#stopListening?.()
      this.#listeners.clear()
    } finally {
      this.#onStop()
    }
  }

  /** Ends the request from outside: the attempt under way is closed at once. */
  interrupt(error: ByokError): void {
    if (this.interruption !== undefined) return
    this.#waits.interrupt(error)
    for (const listener of [...this.#listeners]) listener(error)
  }

  /** Calls back when the request is interrupted, or now where it was already. Gives back how to stop that. */
  onInterrupt(listener: (error: ByokError) => void): () => void {
    if (this.interruption !== undefined) listener(this.interruption)
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** The promise's result, or the interruption, whichever comes first. */
  guard<Value>(promise: PromiseLike<Value>): Promise<Value> {
    return this.#waits.guard(promise)
  }

  /** Waits, unless the request is interrupted meanwhile. */
  async pause(delayMs: number): Promise<void> {
    let cancelTimer: CancelTimer | undefined
    try {
      await this.guard(
        new Promise<void>((resolve) => {
          cancelTimer = this.parts.clock.timer(delayMs, resolve)
        }),
      )
    } finally {
      cancelTimer?.()
    }
  }

  /** Tells who iterates that a model is being asked. */
  announce(event: AttemptEvent): Promise<void> | undefined {
    return this.#queue?.put([event])
  }

  /** Passes an answer on as it comes, or only reads it where nobody iterates. Rejects with the answer's error. */
  relay(source: BatchSource): Promise<void> {
    if (this.#queue !== undefined) return this.#queue.draw(source)
    return new Promise((resolve, reject) => {
      const read = source({
        onBatch: (events) => (events === undefined ? resolve() : read()),
        onError: reject,
      })
      read()
    })
  }

  /** Shows the events of an answer's end, which no read brought. Resolves when the consumer asks for more. */
  async show(events: OutputEvent[], attemptId: string): Promise<void> {
    this.watch(events, attemptId)
    if (events.length > 0) await this.#queue?.put(events)
  }

  /** Tells callbacks and listeners of events, where the answer is shown before it is whole. */
  watch(events: readonly OutputEvent[], attemptId: string): void {
    if (this.commit === 'first-output') this.display.show(events, attemptId)
    if (!this.parts.emitter.hears('warning')) return
    for (const event of events) {
      if (event.type !== 'warning') continue
      this.parts.emitter.emit('warning', { ...this.request.labels, warning: event.warning })
    }
  }

  /** Output has come. In a stream, that binds the caller to this answer. */
  noteOutput(): void {
    this.firstDeltaMs ??= this.elapsedMs
    if (this.commit === 'first-output') this.hasShown = true
  }

  /** For the response and for listeners; no event of the stream. */
  warn(warning: Warning): void {
    this.warnings.push(warning)
    this.tell(warning)
  }

  /** For listeners alone. */
  tell(warning: Warning): void {
    this.parts.emitter.emit('warning', { ...this.request.labels, warning })
  }

  /** Counts tokens for a model, named `provider/model`: as the app does, else by the built-in guess. */
  counterFor(model: string): TokenCounter {
    const { countTokens } = this.parts
    return countTokens === undefined
      ? estimateTokens
      : tokenCounterFor(countTokens, model, () => this.#counterFailed())
  }

  #counterFailed(): void {
    if (this.#hasCounterFailed) return
    this.#hasCounterFailed = true
    this.warn({
      code: 'callback-failed',
      message: 'countTokens gave no count, so tokens were estimated.',
      option: 'countTokens',
    })
  }

  #callbackFailed(name: string): void {
    if (this.#hasCallbackFailed) return
    this.#hasCallbackFailed = true
    this.warn({
      code: 'callback-failed',
      message: `The callback ${name} failed; the answer is not affected.`,
      option: name,
    })
  }
}

/** The error for a request that was ended from outside, by its caller unless `message` says otherwise. */
export function abortedBy(reason: unknown, message = 'The request was aborted by the caller.'): ByokError {
  return new ByokError('aborted', message, { cause: reason, isRetryable: false })
}

/** A request that was mended is worth a warning of the answer that it led to. */
export function repairWarning(note: string): Warning {
  return { code: 'request-repaired', message: note }
}
