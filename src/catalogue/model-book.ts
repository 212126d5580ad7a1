// The models that are known: the snapshot, and what the app adds to it or corrects.

import { ByokError } from '../core/errors.js'
import type { ModelInfo } from '../core/model-info.js'

/**
 * Every model that is known, by provider and name. Names are exact: nothing is found by a part of one, nor without its
 * date. Rows are frozen, and all of one shape.
 */
export class ModelBook {
  readonly #additions: readonly ModelInfo[]
  #providers: ReadonlyMap<string, ReadonlyMap<string, ModelInfo>>
  #lists: ReadonlyMap<string, readonly ModelInfo[]>
  #all: readonly ModelInfo[]
  #loading: Promise<void> | undefined

  /** What the app says goes before the snapshot, field by field. Until `load` has ended, it is all that is known. */
  constructor(additions: readonly ModelInfo[] = []) {
    this.#additions = additions
    const { providers, lists, all } = index([], additions)
    this.#providers = providers
    this.#lists = lists
    this.#all = all
  }

  /** Loads the snapshot, once however many ask. It reads no network. */
  load(): Promise<void> {
    this.#loading ??= this.#read().catch((cause: unknown) => {
      this.#loading = undefined // the next call tries again
      throw new ByokError('internal', 'The catalogue could not be loaded.', { cause })
    })
    return this.#loading
  }

  /** The models of a provider, in the order of their names; none where it is not known. */
  of(provider: string): readonly ModelInfo[] {
    return this.#lists.get(provider) ?? none
  }

  /** The model of exactly this name. */
  find(provider: string, model: string): ModelInfo | undefined {
    return this.#providers.get(provider)?.get(model)
  }

  /** All of them, by provider. */
  all(): readonly ModelInfo[] {
    return this.#all
  }

  async #read(): Promise<void> {
    const [{ snapshotModels }, { readSnapshot }] = await Promise.all([
      import('./snapshot.js'),
      import('./read-snapshot.js'),
    ])
    const { providers, lists, all } = index(readSnapshot(snapshotModels).map(modelInfo), this.#additions)
    this.#providers = providers
    this.#lists = lists
    this.#all = all
  }
}

const none: readonly ModelInfo[] = Object.freeze([])

interface Index {
  readonly providers: ReadonlyMap<string, ReadonlyMap<string, ModelInfo>>
  readonly lists: ReadonlyMap<string, readonly ModelInfo[]>
  readonly all: readonly ModelInfo[]
}

function index(known: readonly ModelInfo[], additions: readonly ModelInfo[]): Index {
  const providers = new Map<string, Map<string, ModelInfo>>()
  const put = (row: ModelInfo): void => {
    const models = providers.get(row.provider) ?? new Map<string, ModelInfo>()
    if (models.size === 0) providers.set(row.provider, models)
    models.set(row.model, row)
  }
  for (const row of known) put(row)
  for (const row of additions) put(corrected(providers.get(row.provider)?.get(row.model), row))
  const lists = new Map<string, readonly ModelInfo[]>()
  for (const [provider, models] of providers) lists.set(provider, Object.freeze([...models.values()]))
  return { providers, lists, all: Object.freeze([...lists.values()].flat()) }
}

/** What is given replaces what is known; abilities and quality one by one. A general quality that is given is no estimate. */
function corrected(known: ModelInfo | undefined, given: ModelInfo): ModelInfo {
  if (known === undefined) return modelInfo(given)
  const isOwn = given.quality?.general !== undefined
  const isQualityEstimated = given.isQualityEstimated ?? (isOwn ? undefined : known.isQualityEstimated)
  return modelInfo({
    ...known,
    ...withoutUndefined(given),
    abilities: merged(known.abilities, given.abilities),
    quality: merged(known.quality, given.quality),
    isQualityEstimated,
  })
}

function merged<Value extends object>(known: Value | undefined, given: Value | undefined): Value | undefined {
  return known === undefined || given === undefined
    ? (given ?? known)
    : { ...known, ...withoutUndefined(given) }
}

function withoutUndefined<Value extends object>(value: Value): Partial<Value> {
  const given: Partial<Value> = { ...value }
  for (const name of Object.keys(given) as (keyof Value)[]) // its own
    if (given[name] === undefined) delete given[name]
  return given
}

/** A row with every field in one order, so that all rows have one shape; frozen, with all that it holds. */
function modelInfo(row: ModelInfo): ModelInfo {
  return Object.freeze({
    provider: row.provider,
    model: row.model,
    description: row.description,
    contextWindow: row.contextWindow,
    maxOutputTokens: row.maxOutputTokens,
    input: frozen(row.input),
    output: frozen(row.output),
    abilities: frozen(row.abilities),
    reasoningControls: frozen(row.reasoningControls),
    knowledgeDate: row.knowledgeDate,
    quality: frozen(row.quality),
    isQualityEstimated: row.isQualityEstimated,
    price: frozen(row.price),
    isSpecialPurpose: row.isSpecialPurpose,
    quotaWeight: row.quotaWeight,
  })
}

function frozen<Value extends object>(value: Value | undefined): Value | undefined {
  if (value === undefined || Object.isFrozen(value)) return value
  for (const part of Object.values(value)) if (typeof part === 'object' && part !== null) frozen(part)
  return Object.freeze(value)
}
