// The plots of a report as SVG. Places across are shares of the width, so that text keeps its size on any screen.

import { visibleName } from '../core/visible-text.js'
import { columnsOf, cutText } from './columns.js'
import { type Markup, markup } from './markup.js'

/** What a reader who does not see the plot is told, and what tells two plots of a page apart. */
export interface PlotWords {
  readonly id: string
  readonly title: string
  readonly description: string
}

/** A part of a bar: how much, in which of the page's colours (0 to 5), and what is said about it. */
export interface BarPart {
  readonly amount: number
  readonly colour: number
  readonly title: string
}

/** What stands above a bar: its name to the left, its value to the right. */
interface RowWords {
  readonly name: string
  readonly value: string
  /** The name in so many characters. @default cut at the end */
  readonly nameIn?: (columns: number) => string
}

/** A bar with its name and value above it. */
export interface BarRow extends RowWords {
  /** Absent: the row is no bar among the others, and has only its words. */
  readonly parts?: readonly BarPart[]
}

/** A column with what is said below it. */
export interface Column {
  readonly name: string
  readonly parts: readonly BarPart[]
}

const rowHeight = 42
/** How many characters stand above a bar, its name and its value together: on a phone, and where there is room. */
const rowColumns = { narrow: 46, roomy: 72 }

/** Bars from left to right, one below the other; the longest takes the whole width. */
export function barPlot(words: PlotWords, rows: readonly BarRow[]): Markup {
  const largest = Math.max(...rows.map(sumOf), 0)
  const bars = rows.map((row, at) => {
    const top = at * rowHeight
    let before = 0
    const parts = row.parts?.map((part) => {
      const from = shareOf(before, largest)
      before += part.amount
      const width = shareOf(before, largest) - from
      return markup`<rect class="c${part.colour}" x="${percent(from)}" y="${top + 19}" width="${percent(width)}" height="10"><title>${part.title}</title></rect>`
    })
    return markup`<g>
${rowWords(row, top + 13)}
${parts === undefined ? '' : markup`<rect class="track" x="0" y="${top + 19}" width="100%" height="10"/>\n${parts}`}</g>`
  })
  return plot(words, rows.length * rowHeight, bars)
}

/** Columns side by side over an axis that begins at 0. `amountText` writes what stands at its lines. */
export function columnPlot(
  words: PlotWords,
  columns: readonly Column[],
  amountText: (amount: number) => string,
): Markup {
  const height = 220
  const { top, step } = axisOf(Math.max(...columns.map(sumOf), 0))
  const yOf = (amount: number): number => round(height - 24 - (amount / top) * (height - 48))
  const amounts = Array.from({ length: Math.round(top / step) + 1 }, (_, at) => at * step)
  const lines = amounts.map(
    (amount) =>
      markup`<line class="${amount === 0 ? 'axis' : 'grid'}" x1="0" x2="100%" y1="${yOf(amount)}" y2="${yOf(amount)}"/>\n`,
  )
  // To the left of the plot, where the style sheet leaves room for them.
  const ticks = amounts
    .slice(1)
    .map(
      (amount) =>
        markup`<text class="tick value" x="-8" y="${yOf(amount) + 4}">${amountText(amount)}</text>\n`,
    )
  // A few columns are not stretched over the whole width.
  const slot = 1 / Math.max(columns.length, 6)
  const bars = columns.flatMap((column, at) => {
    let before = 0
    return column.parts.map((part) => {
      const from = yOf(before)
      before += part.amount
      const to = yOf(before)
      return markup`<rect class="c${part.colour}" x="${percent((at + 0.1) * slot)}" y="${to}" width="${percent(slot * 0.8)}" height="${round(from - to)}"><title>${part.title}</title></rect>`
    })
  })
  const names = labelled(columns.length).map(
    (at) =>
      markup`<text class="tick middle" x="${percent((at + 0.5) * slot)}" y="${height - 7}">${columns[at]?.name ?? ''}</text>`,
  )
  return plot(words, height, [...lines, ...ticks, ...bars, ...names], 'plot columns')
}

/** What is drawn of a budget; times and amounts are numbers in any unit. */
export interface BurnDown {
  readonly startsAt: number
  readonly endsAt: number
  readonly limit: number
  /** What was left at which moment, in order; each holds until the next one. */
  readonly left: readonly { readonly at: number; readonly amount: number }[]
  readonly asOf: number
  /** Where the forecast ends. */
  readonly forecast?: { readonly at: number; readonly amount: number }
  readonly startName: string
  readonly endName: string
  readonly limitName: string
}

/** A budget going down from its limit to 0, and where it is heading. */
export function burnDownPlot(words: PlotWords, burnDown: BurnDown): Markup {
  const height = 132
  const [floor, ceiling] = [height - 24, 22]
  const { startsAt, endsAt, limit, left, asOf, forecast } = burnDown
  const xOf = (at: number): number => round(1_000 * shareOf(at - startsAt, endsAt - startsAt))
  const yOf = (amount: number): number => round(floor - (floor - ceiling) * shareOf(amount, limit))
  let path = `M0 ${yOf(limit)}`
  let last = limit
  for (const { at, amount } of thinned(left)) {
    path += `H${xOf(at)}V${yOf(amount)}`
    last = amount
  }
  const now = xOf(Math.min(asOf, endsAt))
  path += `H${now}`
  const heading =
    forecast === undefined
      ? []
      : [
          markup`<path class="forecast" d="M${now} ${yOf(last)}L${xOf(forecast.at)} ${yOf(forecast.amount)}"/>`,
        ]
  return plot(words, height, [
    markup`<line class="grid" x1="0" x2="100%" y1="${ceiling}" y2="${ceiling}"/>
<text class="tick" x="0" y="${ceiling - 5}">${burnDown.limitName}</text>
<svg x="0" y="0" width="100%" height="${height}" viewBox="0 0 1000 ${height}" preserveAspectRatio="none">
<path class="area" d="${path}V${floor}H0Z"/><path class="line" d="${path}"/>${heading}</svg>
<line class="axis" x1="0" x2="100%" y1="${floor}" y2="${floor}"/>
<circle class="now" cx="${percent(now / 1_000)}" cy="${yOf(last)}" r="3.5"/>
<text class="tick" x="0" y="${height - 7}">${burnDown.startName}</text>
<text class="tick value" x="100%" y="${height - 7}">${burnDown.endName}</text>`,
  ])
}

/** Three marks on a line, from 0 to the largest of all rows. */
export interface SpreadRow extends RowWords {
  readonly p50: number
  readonly p95: number
  readonly p99: number
}

/** How far values lie apart: a dot for the median, a ring for p95, a stroke for p99. */
export function spreadPlot(words: PlotWords, rows: readonly SpreadRow[]): Markup {
  const largest = Math.max(...rows.map(({ p99 }) => p99), 0)
  // A mark at the very edge would be cut in half.
  const xOf = (amount: number): string => percent(0.01 + 0.98 * shareOf(amount, largest))
  const lines = rows.map((row, at) => {
    const { p50, p95, p99 } = row
    const top = at * rowHeight
    const y = top + 25
    return markup`<g>
${rowWords(row, top + 13)}
<line class="axis" x1="0" x2="100%" y1="${y}" y2="${y}"/>
<line class="spread" x1="${xOf(p50)}" x2="${xOf(p99)}" y1="${y}" y2="${y}"/>
<line class="spread" x1="${xOf(p99)}" x2="${xOf(p99)}" y1="${y - 5}" y2="${y + 5}"/>
<circle class="ring" cx="${xOf(p95)}" cy="${y}" r="4"/>
<circle class="dot" cx="${xOf(p50)}" cy="${y}" r="4.5"/></g>`
  })
  return plot(words, rows.length * rowHeight, lines)
}

function plot(
  { id, title, description }: PlotWords,
  height: number,
  body: readonly Markup[],
  look = 'plot',
): Markup {
  return markup`<svg class="${look}" width="100%" height="${height}" role="img" aria-labelledby="${id}-title ${id}-words">
<title id="${id}-title">${title}</title><desc id="${id}-words">${description}</desc>
${body}</svg>`
}

/** A long name stands there twice, and the style sheet shows the one that fits. */
function rowWords({ name, value, nameIn }: RowWords, baseline: number): Markup {
  const cut = nameIn ?? ((columns: number) => cutText(visibleName(name), columns))
  const [narrow, roomy] = [rowColumns.narrow, rowColumns.roomy].map((columns) =>
    cut(columns - columnsOf(value)),
  )
  const text = (shown: string | undefined, where: string): Markup =>
    markup`<text class="${where}" x="0" y="${baseline}">${shown ?? ''}<title>${visibleName(name)}</title></text>`
  return markup`${narrow === roomy ? text(narrow, 'name') : [text(narrow, 'narrow'), text(roomy, 'roomy')]}
<text class="value" x="100%" y="${baseline}">${value}</text>`
}

function sumOf({ parts = [] }: { readonly parts?: readonly BarPart[] }): number {
  return parts.reduce((sum, { amount }) => sum + amount, 0)
}

/** From 0 to 1, whatever is asked. */
function shareOf(amount: number, whole: number): number {
  return whole > 0 ? Math.min(1, Math.max(0, amount / whole)) : 0
}

function percent(share: number): string {
  return `${round(share * 100)}%`
}

function round(value: number): number {
  return Number(value.toFixed(3))
}

/** An axis from 0 that holds the amount, with two to five lines at round values. */
function axisOf(largest: number): { readonly top: number; readonly step: number } {
  if (!(largest > 0)) return { top: 1, step: 1 }
  const magnitude = 10 ** Math.floor(Math.log10(largest))
  const step = [0.25, 0.5, 1, 2].find((part) => part * magnitude * 4 >= largest) ?? 2.5
  return { top: Math.ceil(largest / (step * magnitude)) * step * magnitude, step: step * magnitude }
}

/** Which columns are named: all of a few, else the first, the last, and two between. */
function labelled(count: number): readonly number[] {
  if (count <= 5) return Array.from({ length: count }, (_, at) => at)
  const last = count - 1
  const first = count > 20 ? 1 : 0
  return [first, Math.round(last / 3), Math.round((2 * last) / 3), last - first]
}

/** At most some 300 points: more are not seen, and a busy budget has a million. */
function thinned<Point>(points: readonly Point[]): readonly Point[] {
  const every = Math.ceil(points.length / 300)
  return points.filter((_, at) => at % every === 0 || at === points.length - 1)
}
