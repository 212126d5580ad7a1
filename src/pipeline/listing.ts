// What there is to choose from: the models that a handler can reach, and what their providers cost.

import type { Modality, ModelAbilities, ModelInfo, WorkKind } from '../core/model-info.js'
import { toUsd } from '../core/money.js'
import type { ModelPrice, Rate } from '../core/price.js'
import { nameOf } from '../routing/model-reference.js'
import type { Parts } from './parts.js'

/** A model that the handler can reach. */
export interface ListedModel {
  /** `provider/model`, as a request names it. */
  readonly id: string
  readonly provider: string
  readonly model: string
  readonly description?: string
  readonly abilities: ModelAbilities
  readonly input?: readonly Modality[]
  readonly output?: readonly Modality[]
  readonly contextWindow?: number
  readonly maxOutputTokens?: number
  /** From 0 to 100 by kind of work; absent where it is unknown. */
  readonly quality?: Readonly<Partial<Record<WorkKind, number>>>
  readonly isQualityEstimated?: boolean
  /** US dollars for a million tokens of a short prompt; `null` where it is unknown. Free is 0. */
  readonly price: ListedPrice | null
  /** `auto` never chooses it: it is asked only where it is named. */
  readonly isSpecialPurpose?: true
}

/** US dollars for a million tokens. */
export interface ListedPrice {
  readonly inputPerMillion: number
  readonly outputPerMillion: number
  readonly cacheReadPerMillion?: number
}

/** Which models are listed, and how. */
export interface ModelQuery {
  readonly provider?: string | undefined
  /** `price`: the cheapest first, those of unknown price last. @default by name */
  readonly sortBy?: 'price' | undefined
  /** @default 5 where they are sorted by price, else all */
  readonly limit?: number | undefined
}

/** A provider, and what its models cost: input and output taken as 3 to 1. */
export interface ListedProvider {
  readonly id: string
  readonly models: number
  /** Those of its models whose price is known. */
  readonly priced: number
  /** US dollars for a million tokens; absent where no price is known. */
  readonly pricePerMillion?: { readonly min: number; readonly mean: number; readonly max: number }
}

const cheapestListed = 5

/** The models of the providers that the app has given a key or a setting for. */
export async function listModels(query: ModelQuery, parts: Parts): Promise<ListedModel[]> {
  const { sortBy, limit = sortBy === 'price' ? cheapestListed : Number.POSITIVE_INFINITY } = query
  const ids = parts.providers
    .configured()
    .filter((id) => query.provider === undefined || id === query.provider)
  const models = (await Promise.all(ids.map((id) => modelsOf(id, parts)))).flat()
  models.sort((left, right) => (left.id < right.id ? -1 : 1))
  if (sortBy === 'price') models.sort((left, right) => blended(left.price) - blended(right.price))
  return models.slice(0, limit)
}

/** The providers that the app has given a key or a setting for, in its order. */
export async function listProviders(parts: Parts): Promise<ListedProvider[]> {
  return Promise.all(
    parts.providers.configured().map(async (id) => {
      const models = await modelsOf(id, parts)
      const prices = models.flatMap(({ price }) => (price === null ? [] : [blended(price)]))
      const sum = prices.reduce((total, price) => total + price, 0)
      return {
        id,
        models: models.length,
        priced: prices.length,
        ...(prices.length === 0
          ? {}
          : {
              pricePerMillion: {
                min: Math.min(...prices),
                mean: sum / prices.length,
                max: Math.max(...prices),
              },
            }),
      }
    }),
  )
}

async function modelsOf(
  id: string,
  { routing, providers, priceBoard, clock }: Parts,
): Promise<ListedModel[]> {
  const entry = providers.get(id)
  if (entry === undefined) return []
  await routing.models.load()
  const at = clock.date()
  await priceBoard.ready([id], at)
  return routing.contenders.of(entry).map(({ provider, model, info }) => ({
    id: nameOf({ provider, model }),
    provider,
    model,
    ...shown(info),
    price: priceOf(priceBoard.priced(provider, model, at).price),
  }))
}

function shown(info: ModelInfo | undefined): Omit<ListedModel, 'id' | 'provider' | 'model' | 'price'> {
  if (info === undefined) return { abilities: {} }
  const { description, abilities = {}, input, output, contextWindow, maxOutputTokens } = info
  const { quality, isQualityEstimated } = info
  return {
    ...(description === undefined ? {} : { description }),
    abilities,
    ...(input === undefined ? {} : { input }),
    ...(output === undefined ? {} : { output }),
    ...(contextWindow === undefined ? {} : { contextWindow }),
    ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
    ...(quality === undefined ? {} : { quality }),
    ...(isQualityEstimated === undefined ? {} : { isQualityEstimated }),
    ...(info.isSpecialPurpose ? { isSpecialPurpose: true } : {}),
  }
}

function priceOf(price: ModelPrice | undefined): ListedPrice | null {
  if (price === undefined) return null
  const dollars = (rate: Rate): number => toUsd(typeof rate === 'number' ? rate : rate.base)
  return {
    inputPerMillion: dollars(price.input),
    outputPerMillion: dollars(price.output),
    ...(price.cacheRead === undefined ? {} : { cacheReadPerMillion: dollars(price.cacheRead) }),
  }
}

/** What a million tokens cost of which three in four go in; beyond all others where that is unknown. */
function blended(price: ListedPrice | null): number {
  return price === null ? Number.POSITIVE_INFINITY : (3 * price.inputPerMillion + price.outputPerMillion) / 4
}
