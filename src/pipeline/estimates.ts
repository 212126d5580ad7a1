// What a request can be expected to cost with each of many models.

import type { Money } from '../core/money.js'
import { estimatePromptTokens } from '../core/token-estimate.js'
import { expectedOutputTokens, type PromptShape, promptShape } from '../cost/expected.js'
import { expectedOf, expectedOfAll, readableOf } from '../cost/price-board.js'
import { type ModelReference, nameOf } from '../routing/model-reference.js'
import { tokenCounterFor } from '../routing/token-counter.js'
import type { Parts } from './parts.js'
import type { PreparedRequest } from './prepared-request.js'

/** The expected costs of one request, for ranking. Nothing in it guards money. */
export class Estimates {
  /** What caches make of the prompt. */
  readonly shape: PromptShape
  readonly #request: PreparedRequest
  readonly #parts: Parts
  readonly #at: number
  #hitChance: ((model: ModelReference) => number | undefined) | undefined
  /** The same for every model of a provider. */
  readonly #outputTokens = new Map<string, number>()

  constructor(request: PreparedRequest, parts: Parts) {
    this.#request = request
    this.#parts = parts
    this.#at = parts.clock.date()
    this.shape = promptShape(request.chat)
  }

  /** How long the prompt is: by the app's own counter for a model, where it has one. */
  promptTokens(model: ModelReference | undefined): number {
    const { countTokens } = this.#parts
    if (countTokens === undefined || model === undefined) return this.shape.tokens
    const count = tokenCounterFor(countTokens, nameOf(model), () => undefined) // who is asked is told of it
    return estimatePromptTokens(this.#request.chat, count)
  }

  /** Lets the prices of these providers load. `undefined` where nothing needs to be waited for. */
  ready(providers: Iterable<string>): Promise<void> | undefined {
    return this.#parts.priceBoard.ready(providers, this.#at)
  }

  /** In nano-dollars; `undefined` where the price is not known. */
  costOf(model: ModelReference): Money | undefined {
    const entry = this.#parts.priceBoard.priced(model.provider, model.model, this.#at)
    const outputTokens = this.#outputTokensOf(model.provider)
    const chance = readableOf(entry, this.shape) === 0 ? undefined : this.#chanceOf(model)
    return expectedOf(entry, this.shape, outputTokens, chance) ?? undefined
  }

  /** The same for each model of a list, in its order; NaN where the price is not known. */
  costsOf(models: readonly ModelReference[]): Float64Array {
    let [provider, outputTokens] = ['', 0]
    return expectedOfAll(this.#parts.priceBoard.pricedAll(models, this.#at), this.shape, {
      outputTokensOf: (place) => {
        const next = models[place]?.provider ?? ''
        if (next === provider) return outputTokens
        provider = next
        outputTokens = this.#outputTokensOf(provider)
        return outputTokens
      },
      hitChanceOf: (place) => {
        const model = models[place]
        return model === undefined ? undefined : this.#chanceOf(model)
      },
    })
  }

  #outputTokensOf(provider: string): number {
    let tokens = this.#outputTokens.get(provider)
    if (tokens === undefined) {
      tokens = expectedOutputTokens(this.#request.chat, provider)
      this.#outputTokens.set(provider, tokens)
    }
    return tokens
  }

  /** How likely a first turn finds its beginning in the cache: as the app says, else as it was found lately. */
  #chanceOf(model: ModelReference): number | undefined {
    const { policy, cacheHits } = this.#parts.routing
    if (policy.cacheHitChance !== undefined) return policy.cacheHitChance
    if (!this.shape.isFirstTurn || this.shape.prefixTokens === 0) return undefined
    const { chat, labels } = this.#request
    this.#hitChance ??= cacheHits.chancesFor(labels.tenant, chat)
    return this.#hitChance(model)
  }
}
