// One provider call while it runs: reads deltas, folds them, and can be ended from outside at any moment.

import type { AttemptMode } from '../core/attempt.js'
import type { ProviderCall } from '../core/contracts.js'
import { type Delta, isOutput } from '../core/delta.js'
import { type ByokError, isByokError, ProviderError } from '../core/errors.js'
import type { ChatRequest } from '../core/request.js'
import { textOf } from '../core/safe-text.js'
import type { Secret } from '../core/secret.js'
import type { OutputEvent } from '../core/stream-event.js'
import { estimatePromptTokens } from '../core/token-estimate.js'
import { visibleName } from '../core/visible-text.js'
import type { PooledKey } from '../keys/pooled-key.js'
import { deltaWithoutKey, withoutKey } from '../providers/without-key.js'
import { type Arrival, AttemptDeadline } from '../resilience/deadline.js'
import { nameOf } from '../routing/model-reference.js'
import { type Answer, CompletionAccumulator } from '../stream/accumulator.js'
import { checkDelta } from '../stream/check-delta.js'
import type { Candidate } from './candidate.js'
import type { RequestContext } from './context.js'
import type { BatchSink, BatchSource } from './event-queue.js'
import { RateNotes } from './rate-notes.js'

/** Whom a call asks, how, and what. */
interface ExchangeCall {
  readonly candidate: Candidate
  readonly key: PooledKey
  readonly mode: AttemptMode
  readonly chat: ChatRequest
  readonly hasNext: boolean
}

/** Where others wait to be asked, a share of the request's time below this is the caller's haste, and no model's fault. */
const leastPatienceMs = 10_000

/** A provider call under way. Always end it with `close()`. */
export class Exchange {
  readonly accumulator: CompletionAccumulator
  /** What this call tells of rate limits. */
  readonly rates: RateNotes
  /** From the start of the call to its first output, in milliseconds. */
  firstDeltaMs: number | undefined
  /** Since when the provider is what is waited for. */
  startedOn: number
  readonly #candidate: Candidate
  readonly #key: Secret | undefined
  readonly #mode: AttemptMode
  readonly #chat: ChatRequest
  readonly #attemptId: string
  readonly #context: RequestContext
  readonly #abort = new AbortController()
  #sink: BatchSink | undefined
  #isReading = false
  #wasAsked = false
  #hadUsage = false
  #wasHurried = false
  /** What ended the call from outside: a limit, or the end of the whole request. */
  #cutShort: ByokError | undefined
  readonly #deadline: AttemptDeadline
  readonly #isHeldToLimits: boolean
  /** Others wait to be asked, so this one may use up half of what is left before its first output. */
  readonly #mustShare: boolean
  readonly #stopListening: () => void
  #source: AsyncIterator<Delta | readonly Delta[]> | undefined
  /** The answer is whole, and what might still have followed it is not read. */
  #isOver = false

  constructor(call: ExchangeCall, attemptId: string, context: RequestContext) {
    const { chat, mode, hasNext } = call
    this.#candidate = call.candidate
    this.#key = call.key.secret
    this.#mode = mode
    this.#chat = chat
    this.#attemptId = attemptId
    this.#context = context
    this.rates = new RateNotes(call.candidate, call.key, context)
    const { parts, request } = context
    this.startedOn = parts.clock.now()
    this.#stopListening = context.onInterrupt((error) => this.#end(error))
    this.#isHeldToLimits = mode === 'stream' || hasNext
    // A total that the app has set is shared, unless it says itself how long a first token may take. A whole answer shows
    // nothing before its end, so there the limit on first tokens says too little.
    const { totalMs, firstTokenMs } = request.limits
    this.#mustShare = hasNext && (mode === 'whole' || (totalMs !== undefined && firstTokenMs === undefined))
    this.#deadline = new AttemptDeadline({
      clock: parts.clock,
      limits: call.candidate.limits,
      remainingMs: () => context.remainingMs,
      onExpire: (phase, limitMs) => {
        const { firstTokenMs } = call.candidate.limits
        this.#wasHurried = phase === 'first-token' && limitMs < Math.min(firstTokenMs, leastPatienceMs)
        this.#end(this.#tooSlow(phase, limitMs))
      },
    })
    this.accumulator = new CompletionAccumulator({
      fallbackId: `chatcmpl-${attemptId}`,
      estimatePromptTokens: () => estimatePromptTokens(chat, context.counterFor(nameOf(call.candidate))),
      repairToolArguments: request.repairToolArguments,
    })
  }

  /** The adapter was called, so something may have been sent. */
  get wasAsked(): boolean {
    return this.#wasAsked
  }

  /** Something that a caller would see has come. */
  get hadOutput(): boolean {
    return this.firstDeltaMs !== undefined
  }

  /** The provider has counted tokens, so it may charge for them, whatever comes of the answer. */
  get hadUsage(): boolean {
    return this.#hadUsage
  }

  /** It had so little of the request's time that its silence says nothing about it. */
  get wasHurried(): boolean {
    return this.#wasHurried
  }

  /** From now on the provider is what is waited for. */
  begin(): void {
    this.startedOn = this.#context.parts.clock.now()
    if (this.#mustShare) this.#deadline.shorten(this.#context.remainingMs / 2)
  }

  /** Gives the function that reads once from the network. */
  readonly source: BatchSource = (sink) => {
    this.#sink = sink
    return this.#read
  }

  /** The folded answer; adds its whole tool calls to `events`. */
  finish(events: OutputEvent[]): Answer {
    return this.accumulator.finish(events)
  }

  /** What was thrown as an error of ours, with what had arrived. */
  errorOf(thrown: unknown): ByokError {
    const { provider, model } = this.#candidate
    const known = isByokError(thrown) ? thrown : wrapped(thrown, provider, this.#key)
    const error = this.hadOutput ? brokenOff(known) : known
    const partial = this.hadOutput ? { partial: this.accumulator.partial() } : {}
    return withoutKey(error.with({ provider, model, ...partial }), this.#key)
  }

  /** Lets go of everything; closes the connection where the answer has not come whole. */
  close(isWhole: boolean): void {
    this.#deadline.stop()
    this.#stopListening()
    if (!isWhole) this.#abort.abort()
    // Not awaited: an adapter that hangs in its own cleanup holds nobody up, and one that fails there fails nobody.
    this.#leaveSource().catch(() => undefined)
    // An SDK may keep its controller until the body is collected, and the stack of that controller's abort may hold this
    // call: as long as this call held the body, neither would ever go.
    this.#isOver = true
    this.#source = undefined
    this.#sink = undefined
  }

  async #leaveSource(): Promise<void> {
    await this.#source?.return?.(undefined)
  }

  readonly #read = (): void => {
    if (this.#isOver) {
      this.#sink?.onBatch(undefined)
      return
    }
    this.#isReading = true
    if (this.#cutShort !== undefined) {
      this.#onFailure(this.#cutShort)
      return
    }
    try {
      this.#wasAsked = true
      this.#source ??= this.#open()
      if (this.#isHeldToLimits) this.#deadline.wait()
      this.#source.next().then(this.#onRead, this.#onFailure)
    } catch (error) {
      this.#onFailure(error)
    }
  }

  /** A read that was cut short finds nobody waiting for it, and changes nothing. */
  readonly #onRead = (read: IteratorResult<Delta | readonly Delta[]>): void => {
    if (!this.#isReading) return
    let events: OutputEvent[] | undefined
    try {
      events = this.#eventsOf(read)
    } catch (error) {
      this.#onFailure(error)
      return
    }
    if (!this.#isReading) return // a callback has ended the request
    this.#isReading = false
    this.#sink?.onBatch(events)
  }

  readonly #onFailure = (error: unknown): void => {
    if (!this.#isReading) return
    this.#isReading = false
    const events = this.#survived(error)
    if (events === undefined) this.#sink?.onError(error)
    else this.#sink?.onBatch(events)
  }

  #eventsOf(read: IteratorResult<Delta | readonly Delta[]>): OutputEvent[] | undefined {
    if (!read.done) return this.#take(this.#deltasOf(read.value))
    if (this.accumulator.hasFinished) return undefined
    throw new ProviderError('stream-interrupted', 'The answer broke off before it had ended.')
  }

  #deltasOf(value: Delta | readonly Delta[]): readonly Delta[] {
    const deltas = isBatch(value) ? value : [value]
    return this.#candidate.entry.isForeign ? deltas.map(checkDelta) : deltas
  }

  /** Once the answer has said how it ended, what breaks behind that is only worth a note. */
  #survived(error: unknown): OutputEvent[] | undefined {
    if (!this.accumulator.hasFinished || this.#context.interruption !== undefined) return undefined
    this.#abort.abort()
    this.#isOver = true
    const message = `After the answer had ended: ${textOf(error)}`
    return this.#take([{ type: 'warning', warning: { code: 'broken-after-finish', message } }])
  }

  #open(): AsyncIterator<Delta | readonly Delta[]> {
    const { adapter } = this.#candidate.entry
    const key = this.#key
    this.rates.begin()
    const call: ProviderCall = {
      model: this.#candidate.model,
      request: this.#chat,
      signal: this.#abort.signal,
      connectMs: this.#candidate.limits.connectMs,
      // The status says most of it. That its body is slow makes no silent provider of it.
      onRefusal: () => {
        this.#deadline.stop()
        return this.#context.remainingMs / 4 // whoever is asked next needs the rest
      },
      onRateLimits: this.rates.learn,
      ...(key === undefined ? {} : { key }),
    }
    return this.#mode === 'stream'
      ? adapter.stream(call)[Symbol.asyncIterator]()
      : whole(adapter.complete?.(call))
  }

  #take(deltas: readonly Delta[]): OutputEvent[] {
    const events: OutputEvent[] = []
    let arrival: Arrival = 'nothing'
    let hasOutput = false
    for (const delta of deltas) {
      this.accumulator.push(this.#safe(delta), events)
      if (delta.type === 'warning' || delta.type === 'repair') continue
      hasOutput ||= isOutput(delta)
      this.#hadUsage ||= delta.type === 'usage'
      arrival = hasOutput ? 'output' : 'sign-of-life'
    }
    if (hasOutput) {
      this.firstDeltaMs ??= this.#context.parts.clock.now() - this.startedOn
      this.#context.noteOutput()
    }
    this.#deadline.arrived(this.accumulator.hasFinished && arrival !== 'nothing' ? 'end' : arrival)
    this.#context.watch(events, this.#attemptId)
    return events
  }

  /** Words that a provider chooses may be the key. What the model itself says is handed on as it is. */
  #safe(delta: Delta): Delta {
    const key = this.#key
    return key === undefined ? delta : deltaWithoutKey(delta, key)
  }

  #end(error: ByokError): void {
    this.#cutShort ??= error
    this.#onFailure(error)
    this.#abort.abort(error)
  }

  #tooSlow(phase: 'first-token' | 'idle', limitMs: number): ByokError {
    const { provider, model } = this.#candidate
    const name = visibleName(`${provider}/${model}`, 200)
    const waited = `${Math.round(limitMs)} ms`
    const message =
      phase === 'first-token'
        ? `${name} sent no output within ${waited}.`
        : `${name} sent nothing more for ${waited}.`
    return new ProviderError('timeout', message, { phase })
  }
}

/** After output, a broken or silent connection is an interrupted stream, whatever the network calls it. */
function brokenOff(error: ByokError): ByokError {
  const isSilence = error.code === 'timeout' && error.phase === 'idle'
  if (error.code !== 'network' && !isSilence) return error
  return new ProviderError('stream-interrupted', `The answer broke off: ${error.message}`, { cause: error })
}

/** The key is hidden before the words are cut, since half a key would not be found any more. */
function wrapped(thrown: unknown, provider: string, key: Secret | undefined): ProviderError {
  const words = textOf(thrown)
  const message = (key?.redactFrom(words) ?? words).slice(0, 500)
  return new ProviderError('provider', `The adapter of "${provider}" failed: ${message}`, { cause: thrown })
}

function isBatch(value: Delta | readonly Delta[]): value is readonly Delta[] {
  return Array.isArray(value)
}

async function* whole(answer: Promise<readonly Delta[]> | undefined): AsyncGenerator<readonly Delta[]> {
  if (answer !== undefined) yield await answer
}
