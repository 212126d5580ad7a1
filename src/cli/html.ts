// The report as one HTML page that needs nothing else: no script, no network, every plot with its data as a table.

import { visibleName } from '../core/visible-text.js'
import { ZonedTime } from '../cost/zoned-time.js'
import {
  attemptsText,
  countText,
  durationText,
  shareText,
  shortCount,
  spendText,
  usdText,
} from './amounts.js'
import { budgetCard } from './budget-card.js'
import { cutText } from './columns.js'
import { Markup, markup, nameMarkup } from './markup.js'
import { emptyNote, missingNotes } from './missing-notes.js'
import { momentText } from './moments.js'
import { card, dataTable } from './page-parts.js'
import { pageStyle } from './page-style.js'
import { barPlot, spreadPlot } from './plots.js'
import type { ReportData } from './report.js'
import { modelName, spendRow } from './spend.js'
import { daysCard, modelsCard, tenantsCard } from './spend-cards.js'

/** What a page may load and run: nothing. Its styles stand in it. */
const policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"

const mostRows = 10

/** The whole page. */
export function reportPage(data: ReportData): string {
  const { text } = markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<title>Usage report</title>
<style>${new Markup(pageStyle)}</style>
</head>
<body>
${body(data)}
</body>
</html>
`
  return text
}

function body(data: ReportData): Markup {
  const zone = new ZonedTime(data.timeZone)
  const moment = (at: number): string => momentText(at, zone)
  const [first, last] = [data.from ?? data.firstAt, data.to ?? data.lastAt]
  const period =
    first === undefined || last === undefined
      ? markup`No attempts`
      : markup`${moment(first)} to ${moment(last)}`
  const heading =
    data.tenant === undefined ? markup`Usage report` : markup`Usage of ${nameMarkup(data.tenant)}`
  const missing = missingNotes(data).map((note) => markup`<p class="note">${note}</p>`)
  const cards =
    data.total.calls === 0
      ? markup`<p class="note">${emptyNote(data)}</p>${missing}${budgetCard(data)}`
      : markup`${unknownNote(data)}${missing}
${daysCard(data)}
<div class="grid">${tenantsCard(data)}${modelsCard(data)}</div>
${budgetCard(data)}
<div class="wide">${firstTokenCard(data)}</div>
<div class="grid">${failoverCard(data)}${failureCard(data)}</div>`
  return markup`<main>
<header><h1>${heading}</h1><p>${period}, times in ${data.timeZone}</p></header>
${figures(data)}
${cards}
<footer>Made ${moment(data.madeAt)} by <code>byok report</code>. An attempt is one call of one model; a request may need several.</footer>
</main>`
}

function figures({ total }: ReportData): Markup {
  const row = spendRow(null, total)
  const isPartlyKnown = total.unknownPriceCalls > 0
  const items: (readonly [string, string, string])[] = [
    [
      'Spend',
      spendText(total),
      isPartlyKnown ? `${countText(total.unknownPriceCalls)} without a price` : 'all prices known',
    ],
    ['Attempts', countText(total.calls), `${countText(total.failovers)} after a failover`],
    [
      'Failed',
      total.calls === 0 ? '0' : shareText(total.failures / total.calls),
      attemptsText(total.failures),
    ],
    [
      'Tokens',
      shortCount(row.inputTokens + row.outputTokens),
      `${shortCount(row.inputTokens)} in, ${shortCount(row.outputTokens)} out`,
    ],
  ]
  const { firstDeltaMs, savingsUsd } = total
  if (firstDeltaMs !== null)
    items.push(['First token', durationText(firstDeltaMs.p50), `p95 ${durationText(firstDeltaMs.p95)}`])
  if (savingsUsd !== null && savingsUsd > 0)
    items.push(['Saved', usdText(savingsUsd), 'against the baseline model'])
  return markup`<dl class="figures">${items.map(
    ([name, value, more]) =>
      markup`<div class="figure"><dt>${name}</dt><dd class="large">${value}</dd><dd class="small">${more}</dd></div>`,
  )}</dl>`
}

function unknownNote({ total, models }: ReportData): readonly Markup[] {
  if (total.unknownPriceCalls === 0) return []
  const unknown = models.filter(({ unknownPriceCalls }) => unknownPriceCalls > 0)
  const named = unknown
    .slice(0, 5)
    .map((group, at) => markup`${at === 0 ? '' : ', '}${nameMarkup(modelName(group))}`)
  const more = unknown.length > 5 ? ` and ${countText(unknown.length - 5)} more` : ''
  return [
    markup`<p class="note">The price of ${attemptsText(total.unknownPriceCalls)} is unknown (${named}${more}). What they cost is in no sum of this page.</p>`,
  ]
}

function firstTokenCard({ models }: ReportData): Markup {
  const rows = models
    .flatMap((group) =>
      group.firstDeltaMs === null ? [] : [{ name: modelName(group), ...group.firstDeltaMs }],
    )
    .sort((left, right) => left.p50 - right.p50)
  const shown = rows.slice(0, mostRows).map((row) => ({
    ...row,
    value: [row.p50, row.p95, row.p99].map(durationText).join(' · '),
  }))
  const words = {
    id: 'first-token',
    title: 'Time to the first token by model',
    description: shown.map(({ name, value }) => `${visibleName(name)}: p50, p95, p99 ${value}`).join('; '),
  }
  return card(
    'Time to the first token',
    'p50 (dot), p95 (ring) and p99 (stroke), by model',
    rows.length === 0 ? undefined : spreadPlot(words, shown),
    dataTable(
      ['Model', 'p50', 'p95', 'p99'],
      rows.map(({ name, p50, p95, p99 }) => [nameMarkup(name), ...[p50, p95, p99].map(durationText)]),
    ),
  )
}

function failoverCard({ failovers }: ReportData): Markup {
  const rows = failovers.slice(0, mostRows).map(({ from, to, calls }) => ({
    name: `${visibleName(from)} → ${visibleName(to)}`,
    nameIn: (columns: number) => {
      const half = Math.floor((columns - 3) / 2)
      return `${cutText(visibleName(from), half)} → ${cutText(visibleName(to), half)}`
    },
    value: countText(calls),
    parts: [
      { amount: calls, colour: 0, title: `${visibleName(from)} → ${visibleName(to)}: ${countText(calls)}` },
    ],
  }))
  const words = {
    id: 'failovers',
    title: 'Failovers',
    description: rows.map(({ name, value }) => `${name}: ${value}`).join('; '),
  }
  return card(
    'Failovers',
    'How often one model took over from another',
    rows.length === 0 ? undefined : barPlot(words, rows),
    dataTable(
      ['From', 'To', 'Attempts'],
      failovers.map(({ from, to, calls }) => [nameMarkup(from), nameMarkup(to), countText(calls)]),
      2,
    ),
  )
}

function failureCard({ failures, total }: ReportData): Markup {
  const rows = failures.slice(0, mostRows).map(({ code, calls }) => ({
    name: code,
    value: `${countText(calls)} (${shareText(calls / total.calls)})`,
    parts: [{ amount: calls, colour: 3, title: `${code}: ${countText(calls)}` }],
  }))
  const words = {
    id: 'failures',
    title: 'Failed attempts by error code',
    description: rows.map(({ name, value }) => `${name}: ${value}`).join('; '),
  }
  return card(
    'Failures',
    'By error code; the share is of all attempts',
    rows.length === 0 ? undefined : barPlot(words, rows),
    dataTable(
      ['Code', 'Attempts', 'Share'],
      failures.map(({ code, calls }) => [nameMarkup(code), countText(calls), shareText(calls / total.calls)]),
    ),
  )
}
