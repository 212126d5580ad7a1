// What a request can be expected to cost with each of many models.

import type { Money } from '../core/money.js'
import { expectedCost, expectedOutputTokens, type PromptShape, promptShape } from '../cost/expected.js'
import type { ModelReference } from '../routing/model-reference.js'
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

  constructor(request: PreparedRequest, parts: Parts) {
    this.#request = request
    this.#parts = parts
    this.#at = parts.clock.date()
    this.shape = promptShape(request.chat)
  }

  /** Loads the prices of these providers. */
  async ready(providers: Iterable<string>): Promise<void> {
    const { pricing } = this.#parts.routing
    for (const provider of providers) await pricing.ready(provider, this.#at)
  }

  /** In nano-dollars; `undefined` where the price is not known. */
  costOf({ provider, model }: ModelReference): Money | undefined {
    const { pricing } = this.#parts.routing
    const found = pricing.find({ provider, model }, this.#at)
    if (found === undefined) return undefined
    const outputTokens = expectedOutputTokens(this.#request.chat, provider)
    return expectedCost({
      price: found.price,
      prompt: this.shape,
      outputTokens,
      hitChance: this.#chanceOf({ provider, model }),
    })
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
