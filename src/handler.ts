// The handler: the two methods, its events, and its end.

import { type Assembly, assemble } from './assemble.js'
import type { BudgetState } from './core/budget-state.js'
import type { Classification } from './core/classification.js'
import type { CompletionStream } from './core/completion-stream.js'
import { ByokError, isByokError } from './core/errors.js'
import type { EscalationCoolDown } from './core/escalation.js'
import type { Message } from './core/message.js'
import type { CompletionResponse } from './core/response.js'
import type { Route, RouteCandidate } from './core/route.js'
import { eachInTime } from './cost/in-time.js'
import type { UsageQuery } from './cost/usage-query.js'
import type { UsageReport } from './cost/usage-report.js'
import { type HandlerEventName, type HandlerListener, SafeEmitter } from './events/emitter.js'
import { readSafely, textAt } from './options/check.js'
import {
  type BudgetName,
  type BudgetOption,
  type BudgetQuestion,
  checkBudget,
  checkBudgetName,
  checkBudgetQuestion,
  refuseUnkept,
} from './options/check-budgets.js'
import { checkEscalationsOf, type EscalationsOf } from './options/check-escalation.js'
import { type ClassifyOptions, checkClassifyQuestion } from './options/classify-question.js'
import type { CompletionRequest } from './options/completion-request.js'
import { checkHandlerOptions, type HandlerOptions, type HandlerSettings } from './options/handler-options.js'
import { checkKeyQuestion, type KeyQuestion } from './options/key-question.js'
import { checkModelProviders, checkProviderNames, checkRequestProviders } from './options/known-providers.js'
import { checkModelQuery } from './options/model-query.js'
import { prepareRequest } from './options/prepare.js'
import { warnSafely } from './options/warn-safely.js'
import type { KeyVerdict } from './pipeline/check-key.js'
import { outcomeOf, RequestStream } from './pipeline/completion-stream.js'
import { abortedBy, RequestContext } from './pipeline/context.js'
import type { EventQueue } from './pipeline/event-queue.js'
import { type Health, healthOf } from './pipeline/health.js'
import { Interruption } from './pipeline/interruption.js'
import { LazyPipeline } from './pipeline/lazy-pipeline.js'
import type { ListedModel, ListedProvider, ModelQuery } from './pipeline/listing.js'
import type { Parts } from './pipeline/parts.js'
import type { Commit, PreparedRequest } from './pipeline/prepared-request.js'
import { UnderWay } from './pipeline/under-way.js'
import { connectLimit } from './resilience/limits.js'
import type { LearnedModel } from './routing/learned.js'
import { nameOf, parseModelReference } from './routing/model-reference.js'

/**
 * Answers prompts with the app's or its customers' own keys. Building one makes no network call and loads no SDK; two
 * handlers in one process share nothing.
 *
 * @example
 * const byok = new BYOKHandler({ keys: { openai: key } })
 * const response = await byok.generateResponse({ model: 'openai/gpt-5.4-nano', prompt: 'Say hello.' })
 * console.log(response.text)
 */
export class BYOKHandler {
  readonly #settings: HandlerSettings
  readonly #parts: Parts
  readonly #emitter: SafeEmitter
  readonly #assembly: Assembly
  readonly #underWay = new UnderWay()
  readonly #pipeline = new LazyPipeline()
  #preview: typeof import('./pipeline/preview.js') | undefined

  /** Throws `config` for a setting that cannot work, and `invalid-key-format` for such a key. */
  constructor(options: HandlerOptions = {}) {
    const settings = checkHandlerOptions(options)
    checkProviderNames(settings)
    const { logger } = settings
    this.#settings = settings
    this.#emitter = new SafeEmitter((name, failure) =>
      warnSafely(logger, `A listener of "${name}" failed.`, failure),
    )
    this.#assembly = assemble(settings, this.#emitter)
    this.#parts = this.#assembly.parts
    checkModelProviders(settings, (id) => this.#has(id))
  }

  /**
   * Answers a request whole. A model that fails, even in the middle of its answer, is replaced by the next candidate
   * where there is one; but once delta callbacks or listeners have been shown output, it throws instead.
   *
   * Throws a `ByokError`: the failure of a single candidate as it is, `all-attempts-failed` for several, and
   * `invalid-request`, `no-key`, `aborted` or `timeout` before or beside them. Never answers with an error as text.
   */
  async generateResponse(request: CompletionRequest): Promise<CompletionResponse> {
    const prepared = this.#prepare(request, 'generateResponse')
    const isSeen = prepared.callbacks.length > 0 || this.hasStreamConsumers()
    return this.#pipeline.run(this.#begin(prepared, isSeen ? 'first-output' : 'done'))
  }

  /**
   * Answers a request as a stream of events, `done` last. The request is read now; nothing is sent, and nothing thrown,
   * before the first `next()` or `response()`. A model that fails before any output is replaced without a trace in the
   * text; after output, the stream throws, with what had come in `partial`. Leaving the loop closes the connection.
   *
   * A stream that is left waiting in the middle is closed by the total limit.
   */
  streamCompletion(request: CompletionRequest): CompletionStream {
    const prepared = outcomeOf(() => this.#prepare(request, 'streamCompletion'))
    return new RequestStream(async (queue, begun) => {
      const context = this.#begin(prepared(), 'first-output', queue)
      begun(context)
      return this.#pipeline.run(context)
    })
  }

  /** True when a delta callback of the handler or a `delta` listener would hear of output. */
  hasStreamConsumers(): boolean {
    const { callbacks } = this.#settings
    return (
      this.#emitter.hears('delta') ||
      Object.values(callbacks ?? {}).some((callback) => callback !== undefined)
    )
  }

  /**
   * The whole routing decision for a request: how hard it is, who may answer it in which order and at what expected cost,
   * and who may not and why. No call is made and nothing is changed; in the same state, the request itself goes to the
   * first candidate. Where nobody can be asked, it says so in `refusal` instead of throwing. Throws `invalid-request` for
   * a request that no model could be sent, `config` for a tenant's policy that cannot be used, and `aborted`.
   */
  async plan(request: CompletionRequest): Promise<Route> {
    const prepared = this.#prepare(request, 'generateResponse')
    this.#preview ??= await import('./pipeline/preview.js')
    return this.#preview.previewRoute(prepared, this.#parts, this.#underWay)
  }

  /** The models that `auto` would choose for a request, the best first. Throws as `plan()` does. */
  async rankModels(request: CompletionRequest): Promise<readonly RouteCandidate[]> {
    const asked = readSafely('request', () => ({ ...request, model: 'auto' }))
    return (await this.plan(asked)).candidates
  }

  /**
   * How hard a prompt or a request is, and what kind of work it asks for, by the built-in classifier alone: the same for
   * the same input, and nothing is sent. Throws `invalid-request`.
   */
  classify(
    prompt: string | readonly Message[] | CompletionRequest,
    options: ClassifyOptions = {},
  ): Classification {
    const { messages, tools, responseFormat, taskType } = checkClassifyQuestion(prompt, options)
    return this.#parts.routing.classifier.classify({ messages, tools, responseFormat, taskType })
  }

  /** The models of the providers that there is a key or a setting for. Throws `invalid-request`. */
  async models(query: ModelQuery = {}): Promise<ListedModel[]> {
    const checked = checkModelQuery(query)
    const { listModels } = await import('./pipeline/listing.js')
    return listModels(checked, this.#parts)
  }

  /** The providers that there is a key or a setting for, with what their models cost. */
  async providers(): Promise<ListedProvider[]> {
    const { listProviders } = await import('./pipeline/listing.js')
    return listProviders(this.#parts)
  }

  /** How the models and keys do that have been asked, over the last five minutes. Nothing is sent. */
  async health(): Promise<Health> {
    return healthOf(this.#parts)
  }

  /**
   * Asks a provider whether a key works, with one answer of a few tokens, past retries, breakers and failover. Tells a
   * valid key from an invalid one, from one whose quota is used up, and from a provider that cannot be reached. Throws
   * `invalid-request` for a provider that nobody knows, `no-key` where there is none to check, `aborted`.
   */
  async checkKey(question: KeyQuestion): Promise<KeyVerdict> {
    const waits = new Interruption()
    this.#underWay.enter(waits)
    try {
      const { checkKey } = await import('./pipeline/check-key.js')
      return await checkKey(
        checkKeyQuestion(question),
        this.#parts,
        waits,
        connectLimit(this.#settings.timeout),
      )
    } finally {
      this.#underWay.leave(waits)
    }
  }

  /** Closes the breaker of a model by hand, for an app that knows better. */
  resetBreaker(model: string): void {
    this.#parts.breaker.reset(nameOf(parseModelReference(textAt(model, 'model'), 'model')))
  }

  /** The conversations that are not escalated now, since they were lately; the oldest first. */
  async escalations(): Promise<EscalationCoolDown[]> {
    return this.#parts.escalation?.coolDowns.list() ?? []
  }

  /** Ends the cool-downs of a tenant or a session, or all: their next answers may be escalated again. */
  resetEscalations(whose: EscalationsOf = {}): void {
    this.#parts.escalation?.coolDowns.reset(checkEscalationsOf(whose))
  }

  /** What was learned of models from earlier requests (`routing.learn`), and by what their ranks are multiplied. */
  async learned(): Promise<LearnedModel[]> {
    return (await this.#parts.learned?.known()) ?? []
  }

  /**
   * What was used, by whom, and what it cost: records newest first, and sums by whatever `groupBy` names. Throws
   * `invalid-request` for a question that cannot be answered, `store-unavailable`.
   */
  async usage(query: UsageQuery = {}, signal?: AbortSignal): Promise<UsageReport> {
    const { checkUsageQuery } = await import('./cost/usage-query.js')
    const { summarise } = await import('./cost/usage-report.js')
    const { filter } = checkUsageQuery(query)
    return this.#fromStore(() =>
      summarise(eachInTime(this.#settings.clock, this.#assembly.store.records(filter)), query, signal),
    )
  }

  /**
   * How budgets stand: those of a tenant (and the app's own, which it shares), or of whomever the labels name. Throws
   * `invalid-request`, `store-unavailable`.
   */
  async budget(whose?: string | BudgetQuestion): Promise<BudgetState[]> {
    const subject = checkBudgetQuestion(whose)
    return this.#fromStore(() => this.#assembly.budget.states(subject))
  }

  /**
   * Sets a budget, or changes the one of the same scope, name, measure, period and time zone, in every process that
   * shares the store. Throws `invalid-request`, also for a budget that needs an `approve` or `fingerprintSecret` which
   * this handler does not have, and `store-unavailable`.
   */
  async setBudget(budget: BudgetOption): Promise<void> {
    const limit = checkBudget(budget, 'budget')
    refuseUnkept([limit], this.#settings.money)
    await this.#fromStore(() => this.#assembly.budget.set(limit))
  }

  /**
   * Removes a budget, whatever it counts unless `measure` says it, in every process that shares the store; tells whether
   * there was one. A budget that the options of another handler name as well holds there again. Throws `invalid-request`,
   * `store-unavailable`.
   */
  async removeBudget(budget: BudgetName): Promise<boolean> {
    const limits = checkBudgetName(budget, 'budget')
    return this.#fromStore(() => this.#assembly.budget.remove(limits))
  }

  /** Fetches newer prices, which nothing else does. The old ones stay where that fails. */
  async refreshPrices(signal?: AbortSignal): Promise<void> {
    await this.#assembly.pricing.refresh(signal)
  }

  /** Listens to an event. A listener that throws harms nobody. */
  on<Name extends HandlerEventName>(name: Name, listener: HandlerListener<Name>): this {
    this.#emitter.on(name, listener)
    return this
  }

  /** Listens to the next event of a kind. */
  once<Name extends HandlerEventName>(name: Name, listener: HandlerListener<Name>): this {
    this.#emitter.once(name, listener)
    return this
  }

  /** Stops listening. */
  off<Name extends HandlerEventName>(name: Name, listener: HandlerListener<Name>): this {
    this.#emitter.off(name, listener)
    return this
  }

  /**
   * Ends every request and every check of a key that is running, as if its caller had left, waits until all are settled,
   * and takes no more.
   */
  async close(): Promise<void> {
    const why = 'The handler was closed.'
    await this.#underWay.close(abortedBy(new DOMException(why, 'AbortError'), why))
    await this.#parts.learned?.flush()
    await this.#assembly.budget.close()
    await this.#assembly.connectAgents.close()
    this.#emitter.clear()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  /** What the store cannot do is an error of ours, whatever it throws. */
  async #fromStore<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
    try {
      return await ask()
    } catch (cause) {
      if (isByokError(cause)) throw cause
      throw new ByokError('store-unavailable', 'The store cannot be reached.', { cause })
    }
  }

  #prepare(request: CompletionRequest, method: PreparedRequest['method']): PreparedRequest {
    const prepared = prepareRequest(request, method, this.#settings, this.#parts.newId('req'))
    checkRequestProviders(prepared, this.#settings, (id) => this.#has(id))
    return prepared
  }

  #has(provider: string): boolean {
    return this.#parts.providers.get(provider) !== undefined
  }

  #begin(prepared: PreparedRequest, commit: Commit, queue?: EventQueue): RequestContext {
    const context: RequestContext = new RequestContext(prepared, this.#parts, commit, {
      queue,
      onStop: () => this.#underWay.leave(context),
    })
    this.#underWay.enter(context)
    return context
  }
}
