// The budgets of a report as a card of its page: each going down through its window, and where it is heading.

import { ZonedTime } from '../cost/zoned-time.js'
import { countText } from './amounts.js'
import type { BudgetWindow } from './budget-window.js'
import { budgetState, budgetTitle, isShort } from './budget-words.js'
import { type Markup, markup, nameMarkup } from './markup.js'
import { nearText } from './moments.js'
import { card, dataTable } from './page-parts.js'
import { burnDownPlot } from './plots.js'
import type { ReportData } from './report.js'

const mostPlots = 9

/** What is left of each budget in its current window. */
export function budgetCard(data: ReportData): Markup {
  const { budgets } = data
  const shown = budgets.slice(0, mostPlots)
  const rest = budgets.length - shown.length
  const more = rest > 0 ? ` ${countText(rest)} more are in the table.` : ''
  const plots = shown.map((budget, at) => budgetPlot(budget, `budget-${at}`, data))
  const table = dataTable(
    ['Budget', 'Window', 'Outlook', 'Used', 'Limit', 'Share'],
    budgets.map((budget) => {
      const { used, limit, share, outlook } = budgetState(budget, data)
      return [nameMarkup(budgetTitle(budget)), nameMarkup(budget.window), outlook, used, limit, share]
    }),
    3,
  )
  return markup`<div class="wide">${card(
    'Budgets',
    `What is left in the current window, the whole app first, then the most used. The broken line goes on at the window's pace so far.${more}`,
    plots.length === 0 ? undefined : markup`<div class="budgets">${plots}</div>`,
    table,
  )}</div>`
}

function budgetPlot(budget: BudgetWindow, id: string, data: ReportData): Markup {
  const { limit, startsAt, points, forecast } = budget
  const zone = new ZonedTime(data.timeZone)
  const { used, limit: limitText, share, outlook } = budgetState(budget, data)
  // A budget without an end is drawn up to where it is heading, but not for years.
  const span = Math.max(data.asOf - startsAt, 60_000)
  const horizon = forecast.outcome === 'runs-out' ? Math.min(forecast.at, data.asOf + span) : data.asOf
  const endsAt = budget.endsAt ?? horizon
  const title = budgetTitle(budget)
  const words = {
    id,
    title: `What is left of the budget: ${title}`,
    description: `${used} of ${limitText} used, ${outlook}`,
  }
  const heading = headingOf(budget, endsAt, data.asOf)
  const plot = burnDownPlot(words, {
    startsAt,
    endsAt,
    limit,
    left: points.map(({ at, committed }) => ({ at, amount: limit - committed })),
    asOf: data.asOf,
    startName: nearText(startsAt, zone, data.asOf),
    endName: nearText(endsAt, zone, data.asOf),
    limitName: limitText,
    ...(heading === undefined ? {} : { forecast: heading }),
  })
  return markup`<div class="budget"><h3>${nameMarkup(title)}</h3>
<p>${used} of ${limitText} used (${share}); <span class="${isShort(budget, data.asOf) ? 'bad' : 'fine'}">${outlook}</span></p>
${plot}</div>`
}

/** Where the broken line ends: at 0, or at the end of what is drawn. */
function headingOf(
  { forecast, limit, committed, startsAt }: BudgetWindow,
  endsAt: number,
  asOf: number,
): { readonly at: number; readonly amount: number } | undefined {
  if (forecast.outcome === 'used-up' || forecast.outcome === 'ended' || endsAt <= asOf) return undefined
  if (forecast.outcome === 'runs-out' && forecast.at <= endsAt) return { at: forecast.at, amount: 0 }
  const perMs = committed / Math.max(asOf - startsAt, 1)
  return { at: endsAt, amount: limit - committed - perMs * (endsAt - asOf) }
}
