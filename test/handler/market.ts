// A handler that chooses among models of real upstreams, which the app itself has put into the catalogue.

import type { ModelInfo } from '../../src/core/model-info.js'
import type { BYOKHandler } from '../../src/handler.js'
import type { HandlerOptions } from '../../src/options/handler-options.js'
import type { Upstream } from '../../src/testing/upstream.js'
import { type Stage, stageOf } from '../pipeline/stage.js'

/** A model on the market: what is not said is plain, able and dear by its quality. */
export type MarketModel = Partial<Omit<ModelInfo, 'provider' | 'model' | 'quality'>> & {
  readonly quality: number
  /** US dollars a million tokens, in and out; `null` for an unknown price. */
  readonly usd: number | null
}

/** A handler over upstreams `one`, `two` … with these models, by `provider/model`. */
export function marketOf(
  places: Readonly<Record<string, Upstream | string>>,
  models: Readonly<Record<string, MarketModel>>,
  options: HandlerOptions = {},
): Stage {
  const names = Object.entries(models).filter(([name]) => placeOf(name).provider in places)
  const { providers, ...others } = options
  return stageOf(places, {
    catalogue: names.map(([name, { usd: _usd, quality, ...info }]) => ({
      ...placeOf(name),
      contextWindow: 128_000,
      abilities: { tools: true },
      quality: { general: quality },
      ...info,
    })),
    prices: Object.fromEntries(
      names.flatMap(([name, { usd }]) =>
        usd === null ? [] : [[name, { inputPerMillion: usd, outputPerMillion: usd }]],
      ),
    ),
    ...others,
    providers: {
      ...Object.fromEntries(Object.entries(places).map(([id, place]) => [id, addressOnly(place)])),
      ...providers,
    },
  })
}

/** The names of the candidates of a request, in their order. */
export async function chosenBy(
  handler: BYOKHandler,
  request: Parameters<BYOKHandler['plan']>[0],
): Promise<string[]> {
  return (await handler.plan(request)).candidates.map(({ model }) => model)
}

function addressOnly(place: Upstream | string): { baseURL: string } {
  return { baseURL: `${typeof place === 'string' ? place : place.url}/v1` }
}

function placeOf(name: string): { provider: string; model: string } {
  const slash = name.indexOf('/')
  return { provider: name.slice(0, slash), model: name.slice(slash + 1) }
}
