// The report as text for a terminal: aligned columns, one table each for tenants, models and days.

import { visibleName } from '../core/visible-text.js'
import { ZonedTime } from '../cost/zoned-time.js'
import { attemptsText, countText, durationText, usdColumn, usdText } from './amounts.js'
import { budgetState, budgetTitle } from './budget-words.js'
import { columnsOf, cutText } from './columns.js'
import { emptyNote, missingNotes } from './missing-notes.js'
import type { ReportData } from './report.js'
import { foldRows, modelName, type SpendRow, spendRow } from './spend.js'

const mostRows = 20
const mostDays = 31
const nameColumns = 40

/** The whole text, ending in a line break. */
export function reportText(data: ReportData): string {
  const { total, failures, failovers } = data
  const sections = [headline(data)]
  if (total.calls === 0) sections.push(emptyNote(data))
  else
    sections.push(
      spendTable('', [spendRow('Total', total)]),
      spendTable(
        'Tenant',
        data.tenants.map((group) => spendRow(group.by.tenant ?? null, group)),
      ),
      spendTable(
        'Model',
        data.models.map((group) => spendRow(modelName(group), group)),
      ),
      spendTable('Day', data.days.map((group) => spendRow(group.by.day ?? null, group)).reverse(), mostDays),
      plainTable(
        ['First token', 'p50', 'p95', 'p99'],
        data.models.flatMap((group) => {
          const times = group.firstDeltaMs
          return times === null
            ? []
            : [[modelName(group), ...[times.p50, times.p95, times.p99].map(durationText)]]
        }),
      ),
      plainTable(
        ['Failures by code', 'calls'],
        failures.map(({ code, calls }) => [code, countText(calls)]),
      ),
      plainTable(
        ['Failovers', 'to', 'calls'],
        failovers.map(({ from, to, calls }) => [from, to, countText(calls)]),
        2,
      ),
    )
  sections.push(
    plainTable(
      ['Budget', 'used', 'of', ''],
      data.budgets.map((budget) => {
        const { used, limit, outlook } = budgetState(budget, data)
        return [budgetTitle(budget), used, limit, outlook]
      }),
    ),
    notes(data),
  )
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`
}

function headline({ from, to, tenant, timeZone }: ReportData): string {
  const zone = new ZonedTime(timeZone)
  const moment = (at: number): string => zone.hourOf(at) ?? String(at)
  const period = [
    from === undefined ? '' : ` from ${moment(from)}`,
    to === undefined ? '' : ` to ${moment(to)}`,
  ].join('')
  return `Usage${period}${tenant === undefined ? '' : ` of tenant ${shown(tenant)}`}, days in ${shown(timeZone)}`
}

function notes(data: ReportData): string {
  const { unknownPriceCalls, estimatedCalls, savingsUsd } = data.total
  return [
    ...missingNotes(data),
    unknownPriceCalls > 0
      ? `The price of ${attemptsText(unknownPriceCalls)} is unknown: what they cost is not in these sums.`
      : '',
    estimatedCalls > 0 ? `The tokens of ${attemptsText(estimatedCalls)} are estimated.` : '',
    savingsUsd === null || savingsUsd === 0 ? '' : `Saved: ${usdText(savingsUsd)}.`,
    isFolded(data) ? 'Rows that are not shown stand together as others: --json prints all of them.' : '',
  ]
    .filter((note) => note !== '')
    .join('\n')
}

/** Whether one of the tables does not show all of its rows. */
function isFolded({ tenants, models, days, failures, failovers, budgets }: ReportData): boolean {
  const tables = [tenants, models, failures, failovers, budgets]
  return days.length > mostDays || tables.some((rows) => rows.length > mostRows)
}

function spendTable(title: string, rows: readonly SpendRow[], most = mostRows): string {
  const { shown: first, others, rest } = foldRows(rows, most)
  const usd = usdColumn(rows.map(({ knownUsd }) => knownUsd))
  const cells = (name: string, row: SpendRow): string[] => [
    name,
    countText(row.calls),
    countText(row.failures),
    countText(row.inputTokens),
    countText(row.outputTokens),
    row.knownUsd === 0 && row.unknownPriceCalls > 0 ? 'unknown' : usd(row.knownUsd),
    row.unknownPriceCalls === 0 ? '' : countText(row.unknownPriceCalls),
  ]
  const lines = first.map((row) => cells(row.name ?? '(none)', row))
  if (others !== undefined) lines.push(cells(`(${countText(rest)} others)`, others))
  return layOut([title, 'attempts', 'failed', 'input', 'output', 'cost', 'no price'], lines, 1)
}

/** `names`: how many columns from the left are names; the others are numbers, and stand to the right. */
function plainTable(head: readonly string[], rows: readonly (readonly string[])[], names = 1): string {
  if (rows.length === 0) return ''
  const lines: (readonly string[])[] = rows.slice(0, mostRows)
  const rest = rows.length - lines.length
  if (rest > 0) lines.push([`(${countText(rest)} others)`, ...head.slice(1).map(() => '')])
  return layOut(head, lines, names)
}

function layOut(head: readonly string[], rows: readonly (readonly string[])[], names: number): string {
  const cells = [head, ...rows.map((row) => row.map((cell, at) => (at < names ? shown(cell) : cell)))]
  const widths = head.map((_, at) => Math.max(...cells.map((row) => columnsOf(row[at] ?? ''))))
  return cells
    .map((row) =>
      row
        .map((cell, at) => {
          const space = ' '.repeat(Math.max(0, (widths[at] ?? 0) - columnsOf(cell)))
          const isText = at < names || head[at] === ''
          return isText ? cell + space : space + cell
        })
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

function shown(name: string): string {
  return cutText(visibleName(name), nameColumns)
}
