// The spend of a report as cards of its page: by day, by tenant and by model, in one colour a model.

import { visibleName } from '../core/visible-text.js'
import type { UsageFigures } from '../cost/usage-figures.js'
import type { UsageGroup } from '../cost/usage-groups.js'
import { countText, spendText, usdColumn, usdText } from './amounts.js'
import { type Markup, markup, nameMarkup } from './markup.js'
import { dayName } from './moments.js'
import { card, dataTable, legend } from './page-parts.js'
import { type BarPart, type BarRow, barPlot, columnPlot } from './plots.js'
import type { ReportData } from './report.js'
import { modelName, spendRow } from './spend.js'

const mostRows = 10
const mostDays = 92

/** So many models have a colour of their own; one more is for all others. */
const modelColours = 5

/** What the plots show: dollars, or attempts where nothing is known to have cost anything. */
interface Measure {
  readonly title: string
  of(figures: UsageFigures): number
  text(amount: number): string
  /** What is said of a group: never 0 where nothing is known. */
  say(figures: UsageFigures): string
}

/** Stacked columns, one a day. */
export function daysCard(data: ReportData): Markup {
  const measure = measureOf(data)
  const colours = coloursOf(data, measure)
  const groups = groupedBy(data.dayModels, ({ by }) => by.day ?? null)
  const days = withoutGaps(data.days.flatMap(({ by }) => by.day ?? []))
  const shown = days.slice(-mostDays)
  const columns = shown.map((day) => {
    const name = dayName(day)
    return { name, parts: partsOf(groups.get(day) ?? [], name, measure, colours) }
  })
  const words = {
    id: 'days',
    title: `${measure.title} by day`,
    description: describe(data.days.slice(-mostDays), ({ by }) => by.day ?? '', measure),
  }
  const cut = days.length > shown.length ? ` The last ${mostDays} of ${countText(days.length)} days.` : ''
  const plot = markup`${colourLegend(data, colours, measure)}${columnPlot(words, columns, measure.text)}`
  const table = spendTable('Day', [...data.days].reverse(), ({ by }) => by.day ?? null)
  return markup`<div class="wide">${card(words.title, `By model, days in ${data.timeZone}.${cut}`, plot, table)}</div>`
}

/** A bar for each tenant, the dearest first, in the colours of its models. */
export function tenantsCard(data: ReportData): Markup {
  const measure = measureOf(data)
  const colours = coloursOf(data, measure)
  const groups = groupedBy(data.tenantModels, ({ by }) => by.tenant ?? null)
  const ranked = rankedBy(data.tenants, measure)
  const rows = folded(
    ranked.map((group) => {
      const tenant = group.by.tenant ?? null
      const name = tenant === null ? 'no tenant' : tenant === '' ? 'empty' : tenant
      return {
        name,
        group,
        parts: partsOf(groups.get(tenant) ?? [], name, measure, colours),
      }
    }),
    measure,
  )
  const words = {
    id: 'tenants',
    title: `${measure.title} by tenant`,
    description: describe(ranked.slice(0, mostRows), ({ by }) => by.tenant ?? 'no tenant', measure),
  }
  const table = spendTable('Tenant', ranked, ({ by }) => by.tenant ?? null)
  return card(words.title, 'In the colours of the models above', barPlot(words, rows), table)
}

/** A bar for each model, the dearest first. */
export function modelsCard(data: ReportData): Markup {
  const measure = measureOf(data)
  const colours = coloursOf(data, measure)
  const ranked = rankedBy(data.models, measure)
  const rows = folded(
    ranked.map((group) => {
      const name = modelName(group)
      return { name, group, parts: partsOf([group], name, measure, colours) }
    }),
    measure,
  )
  const words = {
    id: 'models',
    title: `${measure.title} by model`,
    description: describe(ranked.slice(0, mostRows), modelName, measure),
  }
  const says = 'A model without a known price has no bar'
  const isPartlyKnown = measure.title === 'Spend' && data.total.unknownPriceCalls > 0
  const table = spendTable('Model', ranked, modelName)
  return card(words.title, isPartlyKnown ? says : 'The dearest first', barPlot(words, rows), table)
}

function measureOf({ total }: ReportData): Measure {
  return total.knownUsd > 0
    ? { title: 'Spend', of: ({ knownUsd }) => knownUsd, text: usdText, say: spendText }
    : { title: 'Attempts', of: ({ calls }) => calls, text: countText, say: ({ calls }) => countText(calls) }
}

function rankedBy(groups: readonly UsageGroup[], measure: Measure): readonly UsageGroup[] {
  return [...groups].sort((left, right) => measure.of(right) - measure.of(left))
}

/** What costs nothing that is known is not seen. */
function shownModels(models: readonly UsageGroup[], measure: Measure): readonly UsageGroup[] {
  return models.filter((group) => measure.of(group) > 0)
}

/** The colour of each model that has its own. */
function coloursOf({ models }: ReportData, measure: Measure): ReadonlyMap<string, number> {
  const ranked = rankedBy(shownModels(models, measure), measure).slice(0, modelColours)
  return new Map(ranked.map((group, at) => [modelName(group), at]))
}

function colourLegend(
  { models }: ReportData,
  colours: ReadonlyMap<string, number>,
  measure: Measure,
): Markup {
  const named = [...colours].map(([name, colour]) => ({ colour, name: nameMarkup(name) }))
  const rest = shownModels(models, measure).length - named.length
  const others = rest === 1 ? 'other' : 'others'
  if (rest > 0) named.push({ colour: modelColours, name: markup`${countText(rest)} ${others}` })
  return legend(named)
}

/** A bar's parts in the order of their colours, the models without one together. */
function partsOf(
  groups: readonly UsageGroup[],
  name: string,
  measure: Measure,
  colours: ReadonlyMap<string, number>,
): readonly BarPart[] {
  const parts: BarPart[] = []
  let others = 0
  for (const group of groups) {
    const model = modelName(group)
    const amount = measure.of(group)
    const colour = colours.get(model)
    if (colour === undefined) others += amount
    else if (amount > 0)
      parts.push({
        amount,
        colour,
        title: `${visibleName(name)}, ${visibleName(model)}: ${measure.text(amount)}`,
      })
  }
  parts.sort((left, right) => left.colour - right.colour)
  if (others > 0)
    parts.push({
      amount: others,
      colour: modelColours,
      title: `${visibleName(name)}, other models: ${measure.text(others)}`,
    })
  return parts
}

interface RankedRow {
  readonly name: string
  readonly group: UsageGroup
  readonly parts: readonly BarPart[]
}

/** As many bars as fit, and a row without one for all that do not: beside their sum, no single bar would be seen. */
function folded(rows: readonly RankedRow[], measure: Measure): readonly BarRow[] {
  const shown = rows.length > mostRows ? rows.slice(0, mostRows - 1) : rows
  const bars = shown.map(({ name, group, parts }) => ({ name, value: measure.say(group), parts }))
  const rest = rows.slice(shown.length)
  if (rest.length === 0) return bars
  const amount = rest.reduce((sum, { group }) => sum + measure.of(group), 0)
  const name = `${countText(rest.length)} others`
  const isPartlyKnown = measure.title === 'Spend' && rest.some(({ group }) => group.unknownPriceCalls > 0)
  const value = `${isPartlyKnown ? '≥ ' : ''}${measure.text(amount)}`
  return [...bars, { name, value }]
}

function describe(
  groups: readonly UsageGroup[],
  nameOf: (group: UsageGroup) => string,
  measure: Measure,
): string {
  return groups.map((group) => `${visibleName(nameOf(group))}: ${measure.say(group)}`).join('; ')
}

function spendTable(
  title: string,
  groups: readonly UsageGroup[],
  nameOf: (group: UsageGroup) => string | null,
): Markup {
  const rows = groups.map((group) => spendRow(nameOf(group), group))
  const usd = usdColumn(rows.map(({ knownUsd }) => knownUsd))
  return dataTable(
    [title, 'Attempts', 'Failed', 'Tokens in', 'Tokens out', 'Cost'],
    rows.map((row) => [
      nameMarkup(row.name),
      countText(row.calls),
      countText(row.failures),
      countText(row.inputTokens),
      countText(row.outputTokens),
      row.unknownPriceCalls === 0
        ? usd(row.knownUsd)
        : markup`${row.knownUsd > 0 ? usd(row.knownUsd) : ''} <i>+ ${countText(row.unknownPriceCalls)} unknown</i>`,
    ]),
  )
}

function groupedBy(
  groups: readonly UsageGroup[],
  keyOf: (group: UsageGroup) => string | null,
): ReadonlyMap<string | null, readonly UsageGroup[]> {
  const sorted = new Map<string | null, UsageGroup[]>()
  for (const group of groups) {
    const key = keyOf(group)
    const others = sorted.get(key)
    if (others === undefined) sorted.set(key, [group])
    else others.push(group)
  }
  return sorted
}

/** The days from the first to the last; a day without attempts has its place, too. Only the last 1,000 are filled in. */
function withoutGaps(days: readonly string[]): readonly string[] {
  const [last, first] = [days.at(-1), days[0]]
  if (first === undefined || last === undefined) return []
  const dayMs = 86_400_000
  const end = Date.parse(last)
  const start = Math.max(Date.parse(first), end - 999 * dayMs)
  const count = Math.round((end - start) / dayMs) + 1
  return Number.isSafeInteger(count)
    ? Array.from({ length: count }, (_, at) => new Date(start + at * dayMs).toISOString().slice(0, 10))
    : days
}
