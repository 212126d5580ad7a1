// The models that `auto` may choose among, by provider. Looked up once a handler.

import type { ModelInfo } from '../core/model-info.js'
import type { RegisteredProvider } from '../providers/registry.js'
import { type Contender, contenderOf, inNameOrder } from '../routing/contender.js'
import type { ModelReference } from '../routing/model-reference.js'

/** Knows models by their exact names. */
export interface ModelFinder {
  /** Loads what the others read; at once where that has happened. */
  load(): Promise<void>
  /** The models of a provider. */
  of(provider: string): readonly ModelInfo[]
  find(provider: string, model: string): ModelInfo | undefined
  all(): readonly ModelInfo[]
}

/** Sets of providers whose models are kept together: the tenants of most apps have keys for fewer. */
const mostMerged = 64

/** Contenders, made once and kept. */
export class Contenders {
  readonly #models: ModelFinder
  readonly #pools = new Map<string, readonly Contender[]>()
  /** Most requests can be paid at the same providers as one before. */
  readonly #merged = new Map<string, readonly Contender[]>()

  constructor(models: ModelFinder) {
    this.#models = models
  }

  /**
   * The models of a provider that may be chosen: the one that the app has set for it; else those that the catalogue
   * knows; else its default model, of which nothing is known.
   */
  of({ id, defaultModel, isDefaultTheApps }: RegisteredProvider): readonly Contender[] {
    const known = this.#pools.get(id)
    if (known !== undefined) return known
    const rows = isDefaultTheApps ? [] : this.#models.of(id)
    const models =
      rows.length > 0 ? rows.map(({ model }) => model) : defaultModel === null ? [] : [defaultModel]
    const pool = models.map((model) => this.find({ provider: id, model }))
    this.#pools.set(id, pool)
    return pool
  }

  /** The models of several providers, in the order of their names. */
  ofAll(entries: readonly RegisteredProvider[]): readonly Contender[] {
    const ids = JSON.stringify(entries.map(({ id }) => id))
    const known = this.#merged.get(ids)
    if (known !== undefined) return known
    const pool = inNameOrder(entries.flatMap((entry) => this.of(entry)))
    if (this.#merged.size >= mostMerged) this.#merged.clear()
    this.#merged.set(ids, pool)
    return pool
  }

  /** One model, by its exact name. */
  find(reference: ModelReference): Contender {
    return contenderOf(reference, this.#models.find(reference.provider, reference.model))
  }
}

/** Knows no model. */
export const noModels: ModelFinder = {
  load: async () => undefined,
  of: () => [],
  find: () => undefined,
  all: () => [],
}
