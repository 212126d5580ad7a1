// Says what came of making the catalogue.

/** The quality floors of the levels. */
const floors = { moderate: 80, complex: 88, advanced: 94 }

/** How many lines of a long list are shown. */
const shownLines = 20

/**
 * Lines to print.
 * @returns {string[]}
 */
export function reportLines(
  { date, rows, disagreements, dropped, ratedRows, estimator },
  changes,
  isWhole = false,
) {
  const providers = countBy(rows, ({ provider }) => provider)
  const most = isWhole ? Number.POSITIVE_INFINITY : shownLines
  return [
    `${rows.length} models of ${providers.size} providers, as of ${date}`,
    `  ${[...providers].map(([provider, count]) => `${provider} ${count}`).join(', ')}`,
    `  ${rows.filter(({ price }) => price).length} with a price, ${rows.filter((row) => row.isSpecialPurpose).length} for one purpose only`,
    `Quality: ${ratedRows} rows have a rating of their own, ${rows.filter((row) => row.isQualityEstimated).length} an estimate, ${rows.filter(({ quality }) => !quality).length} none`,
    ...Object.entries(floors).map(([level, floor]) => floorLine(level, floor, rows)),
    `Estimator: ${estimator.models} rated models estimated from the others are off by ${estimator.error.toFixed(1)} points (median), nine in ten by less than ${estimator.mostError.toFixed(1)}; on the whole by ${estimator.bias.toFixed(1)}`,
    `  by version ${slope(estimator, 0)}, tenfold price ${slope(estimator, 1)}, tenfold parameters ${slope(estimator, 2)} points of rating`,
    ...section(
      `Left out: ${dropped.length}`,
      dropped.map(({ provider, model, why }) => `${provider}/${model}: ${why}`),
      most,
    ),
    ...section(
      `The sources disagree: ${disagreements.length} (${fieldCounts(disagreements)})`,
      disagreements.map(disagreementLine),
      most,
    ),
    ...section(`New: ${changes.added.length}`, changes.added, most),
    ...section(`Gone: ${changes.removed.length}`, changes.removed, most),
    ...section(
      `Changed: ${changes.changed.length}`,
      changes.changed.map(({ model, fields }) => `${model}: ${fields.join(', ')}`),
      most,
    ),
  ]
}

function floorLine(level, floor, rows) {
  const passing = rows.filter(
    ({ quality, isSpecialPurpose }) => !isSpecialPurpose && (quality?.general ?? 0) >= floor,
  )
  const own = passing.filter(({ isQualityEstimated }) => !isQualityEstimated)
  const providers = (list) => new Set(list.map(({ provider }) => provider)).size
  return `  ${level} (${floor}): ${passing.length} models of ${providers(passing)} providers; rated ones: ${own.length} of ${providers(own)}`
}

function slope({ slopes }, at) {
  return Math.round(slopes[at])
}

function disagreementLine({ provider, model, field, told, preferred }) {
  const said = told.map(({ source, value }) => `${source} ${value}`).join(', ')
  return `${provider}/${model} ${field}: ${said}; taken from ${preferred}`
}

function fieldCounts(disagreements) {
  return [...countBy(disagreements, ({ field }) => field)]
    .map(([field, count]) => `${field} ${count}`)
    .join(', ')
}

function section(title, lines, most) {
  const rest = lines.length - most
  return [
    title,
    ...lines.slice(0, most).map((line) => `  ${line}`),
    ...(rest > 0 ? [`  and ${rest} more (--all)`] : []),
  ]
}

function countBy(items, keyOf) {
  const counts = new Map()
  for (const item of items) counts.set(keyOf(item), (counts.get(keyOf(item)) ?? 0) + 1)
  return counts
}
