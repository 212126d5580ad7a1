// Writes the simulation's page: its tables, and what they mean and do not.

import { snapshotDate } from '../../src/catalogue/snapshot-facts.js'
import { levels } from '../../src/core/level.js'
import { toUsd } from '../../src/core/money.js'
import type { ModelPrice, Rate } from '../../src/core/price.js'
import { trainingFiles } from '../classifier/data.js'
import { type Interval, resamples } from './bootstrap.js'
import {
  type Choices,
  cheapestAsGood,
  type Market,
  marketProviders,
  mixedByChance,
  promptsEach,
  type Spending,
} from './market.js'
import { answerTokens } from './outcomes.js'
import { type PricedModel, pairs } from './pairs.js'
import { type FileFigures, hasGap, type Needed } from './simulate.js'

/** How a file is called for people. */
export const titles = {
  'mmlu-dev': 'MMLU, 27 subjects',
  'mmlu-pro-dev': 'MMLU-Pro, 7 categories',
  'multitask-dev': 'Twelve tasks',
} as const

/** Two points of quality: what is within them is close. */
const close = 2

/** The whole page. */
export function pageOf(files: readonly FileFigures[], market: Market): string {
  return `# The routing simulation

What routing costs and gives, worked out from recorded outcomes and public prices. No model was called. \`npm run simulate:routing\` makes this page and its plots from the routing data (\`ROUTING_DIR\`), the same bytes each time; nothing on it is written by hand.

## In short

${[...files.map(fileSummary), marketSummary(market)].map((line) => `- ${line}`).join('\n')}

## Recorded outcomes

Each file holds questions with what a strong and a weak model made of them. A router puts the questions in an order; the first so many go to the strong model, the others to the weak one. Sweeping that number draws a line from *always-weak* to *always-strong*. Four orders are compared:

- **classifier**: by the \`score\` of \`classify\`, with the trained weights fitted anew for each sixth of the groups, without these groups and without copies of their questions in other files ([how it is trained](routing.md#training-and-calibration)). The rules, the expected direction of each feature and the strength of the fit were set by people who had these files before them, so the figures still flatter a little;
- **chance**: every question as likely as every other, which is a straight line;
- **length**: the longest prompt first;
- **oracle**: knows what became of each question, and buys the gains that cost least first. Nobody can do better.

Costs are those of \`plan()\`: about four characters a token, and ${answerTokens.text} tokens of answer. Prices are of ${snapshotDate}, from ${files[0]?.outcomes.priceVersion ?? ''}:

| file | recorded | price of | US dollars a million, in / out | why |
|---|---|---|---:|---|
${files.map(priceRows).join('\n')}

What a share of the gap costs is read where the line stays above it to the end, so that a lucky peak on the way does not count. That counts against every uneven line, and never against the straight one of chance. Intervals in brackets hold 95 of 100 draws of whole groups (${resamples.toLocaleString('en')} draws): subjects of a test differ more than questions of one subject do.

${files.map(fileSection).join('\n\n')}

### What the levels give

The levels are cut to match people's judgement of prompts, not these pairs of models. Asked by the level that ships, with its own cuts, the strong model from so high a level on:

| file | strong from | strong calls | cost | answered right | gap recovered | beyond chance for that cost |
|---|---|---:|---:|---:|---:|---:|
${files.flatMap(levelRows).join('\n')}

Cost is a share of always-strong; what lies beyond chance is in points of the gap.${levelNote(files)}

## The catalogue

${market.prompts} prompts, ${promptsEach} drawn from each of ${trainingFiles.length} files (${trainingFiles.map((file) => `\`${file}\``).join(', ')}): ${levels.map((level) => `${market.levels[level]} ${level}`).join(', ')}. The kinds of work most found: ${market.taskTypes
    .slice(0, 4)
    .map(({ taskType, times }) => `${taskType} ${times}`)
    .join(
      ', ',
    )}. A handler with keys of ${marketProviders.join(', ')} plans each of them; costs are those of its first candidate, quality is the rating of that model for that kind of work ([the catalogue's scale](catalogue.md#quality)). ${market.singles.length} models can answer all of them at a known price; ${market.estimatedModels} of these have an estimated quality.

![Mean quality over the cost of 1,000 requests](routing-simulation/catalogue.svg)

| choice | 1,000 requests | mean quality | below the floor of the prompt's level | the same quality: one model for all | within ${close} points of it | the same quality: best and cheapest by chance |
|---|---:|---:|---:|---|---|---:|
${[...market.autos, market.best, market.cheapest, market.random].map((one) => marketRow(one, market)).join('\n')}

- *always the best* is ${market.best.name}, *always the cheapest* ${market.cheapest.name}, *by chance* any of the ${market.singles.length} as often as any other.
${market.autos.map((auto) => `- ${auto.name} asked ${modelsOf(auto, market)}.`).join('\n')}
${leaningNote(market)}
## What this does not say

- The questions are those of exams and test sets, many with choices to tick. Hardly any is a greeting, a letter or a long conversation: an app's own prompts are spread otherwise, and many are easier.
- The recorded models are of 2023 to 2025. Other pairs have other gaps, and a gap may be in other questions.
- One price a model, no caches, and every answer as long as every other. Strong models that think pay for more tokens than that. With answers of ${answerTokens.short} tokens, recovering 90 % costs ${files
    .filter(hasGap)
    .map(
      ({ outcomes, short }) =>
        `${percent(short.classifier)} by the classifier and ${percent(short.chance)} by chance (${titles[outcomes.file]})`,
    )
    .join(', ')}.
- In the catalogue's part, quality is what people preferred in 2025, or an estimate of that: no answer was looked at. The classifier decides there about prompts that its weights were fitted on.
- No failures, no limits, no sessions: what failover costs is not in it.
`
}

/** What a file shows, in words that follow its intervals. */
export function fileSummary(figures: FileFigures): string {
  const { outcomes, gap, needed } = figures
  const name = `**${titles[outcomes.file]}**`
  const strong = `${pairs[outcomes.file].strong.recorded} answers ${points(gap)} points more right than ${pairs[outcomes.file].weak.recorded}`
  if (!hasGap(figures))
    return `${name}: ${strong}. The interval includes 0: there is no gap that could be recovered, and no saving is claimed.`
  const at = needed.find(({ share }) => share === 0.9)
  return at === undefined
    ? `${name}: ${strong}.`
    : `${name}: ${strong}. ${saving(at)} ${certainty(needed)} ${largestNote(figures)}`
}

/** Whether a difference is that of one group. */
function largestNote({ withoutLargest }: FileFigures): string {
  const { group, needed } = withoutLargest
  const at = needed.find(({ share }) => share === 0.9)
  return at === undefined
    ? ''
    : `Without the largest group, \`${group}\`, the difference at ${percent(at.share)} is ${points(at.beyondChance)}.`
}

/** At how many of the shares the classifier can be told from chance, and from prompt length. */
function certainty(needed: readonly Needed[]): string {
  const told = (differences: readonly Interval[]): string => {
    const cheaper = differences.filter(({ high }) => high < 0).length
    const dearer = differences.filter(({ low }) => low > 0).length
    return `cheaper at ${cheaper} and dearer at ${dearer}`
  }
  const byChance = told(needed.map(({ beyondChance }) => beyondChance))
  const byLength = told(needed.map(({ beyondLength }) => beyondLength))
  return `Over the ${needed.length} shares below, beyond its interval, it is ${byChance} than chance, and ${byLength} than prompt length.`
}

function saving({ share, costs, beyondChance }: Needed): string {
  const [own, chance] = costs
  const figures = `${percent(share)} of that gap costs ${percent(own?.value)} of always-strong by the classifier and ${percent(chance?.value)} by chance`
  const difference = `${points(beyondChance)} points`
  if (beyondChance.high < 0) return `${figures}: a difference of ${difference}, which is a saving.`
  if (beyondChance.low > 0) return `${figures}: a difference of ${difference}, which is a loss.`
  return `${figures}: a difference of ${difference}, whose interval includes 0. The classifier saves nothing there that could be told from chance.`
}

function marketSummary(market: Market): string {
  const balanced = market.autos.find(({ prefer }) => prefer === 'balanced')
  if (balanced === undefined) return ''
  const asGood = cheapestAsGood(market, balanced.quality)
  const near = cheapestAsGood(market, balanced.quality - close)
  const single =
    asGood === undefined
      ? 'no single model is as good'
      : `the cheapest single model that is as good costs ${dollars(asGood.usdPerThousand)}`
  return `**The catalogue**: \`auto\` spends ${dollars(balanced.usdPerThousand)} on 1,000 prompts at a mean quality of ${balanced.quality.toFixed(1)}; always the best model, ${dollars(market.best.usdPerThousand)} at ${market.best.quality.toFixed(1)}; always the cheapest, ${dollars(market.cheapest.usdPerThousand)} at ${market.cheapest.quality.toFixed(1)}; any by chance, ${dollars(market.random.usdPerThousand)} at ${market.random.quality.toFixed(1)}. For the quality of \`auto\`, ${single}${near === undefined ? '' : `; ${near.name} for all comes within ${close} points for ${dollars(near.usdPerThousand)}`}.`
}

function priceRows({ outcomes }: FileFigures): string {
  const { strong, weak } = pairs[outcomes.file]
  const row = (model: PricedModel, price: ModelPrice): string =>
    `| ${outcomes.file} | ${model.recorded} | \`${model.provider}/${model.model}\` | ${rate(price.input)} / ${rate(price.output)} | ${model.why} |`
  return `${row(strong, outcomes.strongPrice)}\n${row(weak, outcomes.weakPrice)}`
}

function rate(value: Rate): string {
  return String(toUsd(typeof value === 'number' ? value : value.base))
}

function fileSection(figures: FileFigures): string {
  const { outcomes, weakQuality, strongQuality, weakCost, strongCost, gap, needed } = figures
  const groups = new Set(outcomes.cases.map(({ group }) => group)).size
  const thousand = (cost: number): string => dollars(toUsd(Math.round(cost * 1_000)))
  const facts = `${outcomes.cases.length.toLocaleString('en')} questions in ${groups} groups. Always-weak: ${percent(weakQuality, 1)} right for ${thousand(weakCost)} per 1,000; always-strong: ${percent(strongQuality, 1)} for ${thousand(strongCost)}. The gap is ${points(gap)} points.`
  const table = hasGap(figures)
    ? `What a share of the gap costs, as a share of always-strong:

| gap recovered | classifier | chance | length | oracle | classifier less chance | classifier less length |
|---:|---:|---:|---:|---:|---:|---:|
${needed.map(neededRow).join('\n')}`
    : `The interval of the gap includes 0, so a share of it means nothing, and there is no table. The plot shows the lines all the same: each of the two models is right where the other is not, and which one it is depends on the task.`
  return `### ${titles[outcomes.file]}

${facts}

![Answered right over cost: ${titles[outcomes.file]}](routing-simulation/${outcomes.file}.svg)

${table}`
}

function neededRow({ share, costs, beyondChance, beyondLength }: Needed): string {
  const cells = [...costs.map(percentInterval), points(beyondChance), points(beyondLength)]
  return `| ${percent(share)} | ${cells.join(' | ')} |`
}

function levelRows(figures: FileFigures): string[] {
  const isKnown = hasGap(figures)
  return figures.levels.map(({ from, outcome, beyondChance }) => {
    const { strongShare, cost, quality, recovered } = outcome
    const ofGap = isKnown ? [percent(recovered), points(beyondChance)] : ['none to recover', '']
    return `| ${figures.outcomes.file} | ${from} | ${percent(strongShare)} | ${percent(cost)} | ${percent(quality, 1)} | ${ofGap.join(' | ')} |`
  })
}

function levelNote(files: readonly FileFigures[]): string {
  const known = files.filter(hasGap).flatMap(({ levels }) => levels)
  const better = known.filter(({ beyondChance }) => beyondChance.low > 0).length
  const worse = known.filter(({ beyondChance }) => beyondChance.high < 0).length
  return ` Of the ${known.length} cuts with a gap, ${better} ${better === 1 ? 'is' : 'are'} better than chance beyond their interval, and ${worse} worse.`
}

function marketRow(one: Spending, market: Market): string {
  const name =
    one === market.best
      ? 'always the best'
      : one === market.cheapest
        ? 'always the cheapest'
        : one === market.random
          ? 'by chance'
          : one.name
  const model = (found: Spending | undefined): string =>
    found === undefined ? 'none' : `${found.name}, ${dollars(found.usdPerThousand)}`
  return `| ${name} | ${dollars(one.usdPerThousand)} | ${one.quality.toFixed(1)} | ${percent(one.belowFloor)} | ${model(cheapestAsGood(market, one.quality))} | ${model(cheapestAsGood(market, one.quality - close))} | ${dollars(mixedByChance(market, one.quality))} |`
}

function modelsOf({ models }: Choices, { prompts }: Market): string {
  const named = models.slice(0, 3).map(({ model, times }) => `${model} (${percent(times / prompts)})`)
  const others = models.length - named.length
  return others === 0 ? named.join(', ') : `${named.join(', ')} and ${others} more`
}

/** What leaning to cost or quality does beside the balanced choice, in words that follow the figures. */
function leaningNote({ autos }: Market): string {
  const find = (prefer: Choices['prefer']): Choices | undefined => autos.find((one) => one.prefer === prefer)
  const [balanced, quality] = [find('balanced'), find('quality')]
  if (balanced === undefined || quality === undefined || quality.quality >= balanced.quality) return ''
  return `
\`prefer: 'quality'\` comes out at a lower mean quality than \`'balanced'\`, and cheaper. It weighs quality at 0.7 against 0.3 for cost on a logarithmic scale from the cheapest candidate to the dearest, and candidates that pass a floor lie nearer to each other in quality than in cost. \`'balanced'\` divides by the cost, but counts whatever costs less than half the median as equally cheap, and so is free to take the better of these.
`
}

function percent(share: number | undefined, digits = 0): string {
  return `${((share ?? Number.NaN) * 100).toFixed(digits)} %`
}

function percentInterval({ value, low, high }: Interval): string {
  return `${percent(value)} [${(low * 100).toFixed(0)}, ${(high * 100).toFixed(0)}]`
}

/** A difference of shares in points, with its interval. */
function points({ value, low, high }: Interval): string {
  const text = (share: number): string =>
    (share * 100)
      .toFixed(1)
      .replace(/^-(?=0\.0$)/, '')
      .replace('-', '−')
  return `${text(value)} [${text(low)}, ${text(high)}]`
}

function dollars(usd: number): string {
  return `$${usd.toFixed(usd < 1 ? 3 : 2)}`
}
