// What `auto` would spend over the real catalogue on a mix of prompts, beside asking one model always, or any by chance.

import { snapshotDate } from '../../src/catalogue/snapshot-facts.js'
import { systemClock } from '../../src/core/clock.js'
import { type Level, levels, type TaskType } from '../../src/core/level.js'
import type { Route, RouteCandidate } from '../../src/core/route.js'
import { BYOKHandler } from '../../src/handler.js'
import type { ListedModel } from '../../src/pipeline/listing.js'
import { type Preference, usualQualityFloors } from '../../src/routing/policy.js'
import { floorFor } from '../../src/routing/rank.js'
import { generator } from '../classifier/apgr.js'
import { trainingFiles } from '../classifier/data.js'
import { sample } from './bootstrap.js'
import { readPrompts } from './outcomes.js'

/** Whose models there are to choose from. */
export const marketProviders = ['openai', 'anthropic', 'gemini', 'deepseek', 'mistral', 'groq'] as const

/** How many prompts are drawn from each file. */
export const promptsEach = 125

/** The day whose prices count: that of the catalogue. */
export const priceDate = Date.parse(snapshotDate)

const preferences: readonly Preference[] = ['balanced', 'cost', 'quality']
const seed = 5

/** A way to choose, and what it comes to over all prompts. */
export interface Spending {
  readonly name: string
  readonly usdPerThousand: number
  /** The mean quality of the models asked, for the kind of work each prompt is. */
  readonly quality: number
  /** The share of prompts whose model lies below the quality floor of the prompt's level. */
  readonly belowFloor: number
}

/** Which models a way to choose asked, and how often. */
export interface Choices extends Spending {
  readonly prefer: Preference
  readonly models: readonly { readonly model: string; readonly times: number }[]
}

/** The simulation's outcome. */
export interface Market {
  readonly prompts: number
  readonly levels: Readonly<Record<Level, number>>
  readonly taskTypes: readonly { readonly taskType: TaskType; readonly times: number }[]
  readonly autos: readonly Choices[]
  /** Each model asked for every prompt. */
  readonly singles: readonly Spending[]
  readonly best: Spending
  readonly cheapest: Spending
  /** Every model as often as every other. */
  readonly random: Spending
  readonly estimatedModels: number
}

interface Asked {
  readonly level: Level
  readonly taskType: TaskType
  /** By name: all that could answer, whatever their quality. */
  readonly open: ReadonlyMap<string, Priced>
  readonly chosen: readonly Priced[]
}

interface Priced {
  readonly model: string
  readonly usd: number
  readonly quality: number
}

/** Plans every prompt by each preference. Nothing is sent. */
export async function simulateMarket(): Promise<Market> {
  const random = generator(seed)
  const prompts = trainingFiles.flatMap((file) => sample(readPrompts(file), promptsEach, random))
  const keys = Object.fromEntries(marketProviders.map((id) => [id, `test-key-${id}-0001`]))
  const clock = { ...systemClock, date: () => priceDate }
  const autos = preferences.map((prefer) => new BYOKHandler({ keys, clock, routing: { prefer } }))
  const anyQuality = { simple: 0, moderate: 0, complex: 0, advanced: 0 }
  const open = new BYOKHandler({
    keys,
    clock,
    routing: { qualityFloors: anyQuality },
    failover: { maxCandidates: 1_000 },
  })
  const qualities = new Map((await open.models()).map(({ id, quality }) => [id, quality]))
  const asked: Asked[] = []
  const estimated = new Set<string>()
  for (const prompt of prompts) {
    // What a model costs and is worth for this kind of work, also where the level would leave it out.
    const all = await open.plan({ prompt })
    const { level, taskType } = all
    if (level === undefined || taskType === undefined) throw new Error('`auto` did not classify a prompt.')
    for (const { model, isQualityEstimated } of all.candidates) if (isQualityEstimated) estimated.add(model)
    const chosen: Priced[] = []
    for (const handler of autos) {
      const first = (await handler.plan({ prompt })).candidates[0]
      chosen.push(...(first === undefined ? [] : pricedOf(first)))
    }
    if (chosen.length !== autos.length) throw new Error('`auto` found no model of a known price.')
    const known = [...all.candidates.flatMap(pricedOf), ...(await tooClever(open, prompt, all, qualities))]
    asked.push({ level, taskType, open: new Map(known.map((one) => [one.model, one])), chosen })
  }
  await Promise.all([open, ...autos].map((handler) => handler.close()))
  return summarise(asked, estimated)
}

/**
 * `auto` leaves models that reason out of extraction. Who always asks the same model asks it for that too, so what they cost
 * there is planned by name.
 */
async function tooClever(
  handler: BYOKHandler,
  prompt: string,
  { excluded, taskType }: Route,
  qualities: ReadonlyMap<string, ListedModel['quality']>,
): Promise<Priced[]> {
  if (taskType !== 'extraction') return []
  const names = excluded.flatMap(({ model, filter }) => (filter === 'abilities' ? [model] : []))
  if (names.length === 0) return []
  const { candidates } = await handler.plan({ prompt, model: names })
  return candidates.flatMap(pricedOf).map((one) => {
    const rated = qualities.get(one.model)
    return { ...one, quality: floorFor(rated?.instruction ?? one.quality, taskType) }
  })
}

function pricedOf({ model, expectedCostUsd, quality }: RouteCandidate): Priced[] {
  return expectedCostUsd === null || quality === null ? [] : [{ model, usd: expectedCostUsd, quality }]
}

function summarise(asked: readonly Asked[], estimated: ReadonlySet<string>): Market {
  // Only those that could answer every prompt can be asked always.
  const names = [...(asked[0]?.open.keys() ?? [])]
    .filter((model) => asked.every(({ open }) => open.has(model)))
    .sort()
  const singles = names.map((name) => spendingOf(name, asked, ({ open }) => present(open.get(name))))
  const by = (better: (one: Spending, other: Spending) => boolean): Spending =>
    singles.reduce((found, one) => (better(one, found) ? one : found))
  return {
    prompts: asked.length,
    levels: Object.fromEntries(
      levels.map((level) => [level, asked.filter((one) => one.level === level).length]),
    ) as Record<Level, number>, // one entry for every level
    taskTypes: counted(asked.map(({ taskType }) => taskType)).map(([taskType, times]) => ({
      taskType,
      times,
    })),
    autos: preferences.map((prefer, at) => ({
      ...spendingOf(`auto, ${prefer}`, asked, ({ chosen }) => present(chosen[at])),
      prefer,
      models: counted(asked.map(({ chosen }) => chosen[at]?.model ?? '')).map(([model, times]) => ({
        model,
        times,
      })),
    })),
    singles,
    best: by(
      (one, found) =>
        one.quality > found.quality ||
        (one.quality === found.quality && one.usdPerThousand < found.usdPerThousand),
    ),
    cheapest: by(
      (one, found) =>
        one.usdPerThousand < found.usdPerThousand ||
        (one.usdPerThousand === found.usdPerThousand && one.quality > found.quality),
    ),
    random: spendingOf('random', asked, ({ open }) => names.map((name) => open.get(name)).flatMap(present)),
    estimatedModels: names.filter((name) => estimated.has(name)).length,
  }
}

function present(one: Priced | undefined): Priced[] {
  return one === undefined ? [] : [one]
}

/** What asking these models comes to; several for one prompt are each asked as often as the others. */
function spendingOf(
  name: string,
  asked: readonly Asked[],
  modelsOf: (one: Asked) => readonly Priced[],
): Spending {
  let usd = 0
  let quality = 0
  let below = 0
  for (const one of asked) {
    const models = modelsOf(one)
    const floor = floorFor(usualQualityFloors[one.level], one.taskType)
    for (const model of models) {
      const share = 1 / models.length / asked.length
      usd += model.usd * share
      quality += model.quality * share
      if (model.quality < floor) below += share
    }
  }
  return { name, usdPerThousand: usd * 1_000, quality, belowFloor: below }
}

/** How often each value is there, the most frequent first. */
function counted<Value extends string>(values: readonly Value[]): (readonly [Value, number])[] {
  const times = new Map<Value, number>()
  for (const value of values) times.set(value, (times.get(value) ?? 0) + 1)
  return [...times].sort(([one, few], [other, many]) => many - few || (one < other ? -1 : 1))
}

/** The cheapest model that is at least so good when it is always asked. */
export function cheapestAsGood({ singles }: Pick<Market, 'singles'>, quality: number): Spending | undefined {
  return singles
    .filter((one) => one.quality >= quality)
    .reduce<Spending | undefined>(
      (found, one) => (found === undefined || one.usdPerThousand < found.usdPerThousand ? one : found),
      undefined,
    )
}

/** What chance pays per 1,000 requests for the same mean quality: the best model for so many of them, the cheapest for the others. */
export function mixedByChance(
  { best, cheapest }: Pick<Market, 'best' | 'cheapest'>,
  quality: number,
): number {
  const part = Math.max(0, (quality - cheapest.quality) / (best.quality - cheapest.quality))
  return cheapest.usdPerThousand + part * (best.usdPerThousand - cheapest.usdPerThousand)
}
