// Makes the catalogue of what the sources say: its rows with their quality, and what is to be told of the making.
import { Estimator, emptyFeatures, featuresByIdentity, leaveOneOut } from './estimate.mjs'
import { identityOf, ratedAs } from './identity.mjs'
import { ratedQualities, withQuality } from './quality.mjs'
import { makeRows } from './rows.mjs'

/** Whose own prices are looked up for models that are rated and not offered any more. */
const ratedMakers = [
  'openai',
  'anthropic',
  'gemini',
  'xai',
  'mistral',
  'deepseek',
  'moonshot',
  'minimax',
  'zai',
]

/**
 * The whole catalogue. Pure: the same sources give the same rows.
 * @param {{ pi: any, genai: any, tokenlens: any, ratings: Record<string, any> }} sources
 * @returns {{ date: string, rows: any[], disagreements: any[], dropped: any[], estimator: any, ratedRows: number }}
 */
export function buildCatalogue({ pi, genai, tokenlens, ratings }) {
  const { rows, disagreements, dropped } = makeRows({ pi, genai, tokenlens })
  const rated = ratedQualities(ratings)
  const features = featuresByIdentity([
    ...tokenlens.listings,
    ...pi.listings,
    ...formerPrices(ratings, genai),
    ...rows,
  ])
  const served = new Set(rows.map(({ model }) => identityOf(model)))
  const models = [...rated].filter(([identity]) => !rated.has(withoutEffort(identity)))
  const known = models.map(([identity, { quality }]) => ({
    ...(features.get(identity) ?? emptyFeatures(identity)),
    quality,
    isServed: served.has(identity),
  }))
  const estimator = new Estimator(known)
  const estimate = ({ model }) => estimator.estimate(features.get(identityOf(model)))?.quality
  const finished = rows.map((row) => withQuality(row, rated, estimate))
  return {
    date: pi.date,
    rows: finished,
    disagreements,
    dropped,
    ratedRows: finished.filter(({ quality, isQualityEstimated }) => quality && !isQualityEstimated).length,
    estimator: { slopes: estimator.slopes, ...leaveOneOut(known) },
  }
}

/** A rating of a model that thinks more than it does by default stands beside its own. The name itself is none. */
function withoutEffort(identity) {
  const [, plain] = /^(.+?)(?:-20\d{6})?-(?:thinking(?:-\d+k)?|no-thinking|high)$/.exec(identity) ?? []
  return plain
}

/** What rated models cost that only the price table still knows. */
function formerPrices(ratings, genai) {
  const names = [...Object.keys(ratings), ...Object.keys(ratedAs)]
  return names.flatMap((name) =>
    ratedMakers.flatMap((provider) => genai.listingOf(provider, name) ?? []).slice(0, 1),
  )
}
