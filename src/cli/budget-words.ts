// What is said about a budget in words: whose it is, how much is used, and how long it will last.

import { visibleName } from '../core/visible-text.js'
import { ZonedTime } from '../cost/zoned-time.js'
import { countText, shareText, shortCount, usdText } from './amounts.js'
import { type BudgetWindow, shareOf } from './budget-window.js'
import { dateText, nearText } from './moments.js'

/** `tenant acme, per day`, `user ada of acme, per day`. The names in it are visible; a page has to escape them. */
export function budgetTitle({ scope, who, per }: BudgetWindow): string {
  // A user's own name comes first: it is what tells the budgets of one tenant apart.
  const names = [...who].reverse().flatMap((name) => (name === '' ? [] : [visibleName(name)]))
  const whose = [scope, names.join(' of ')].filter((word) => word !== '').join(' ')
  return per === '' ? whose : `${whose}, ${per === 'total' ? 'in total' : `per ${per}`}`
}

/** An amount of a budget with its unit: `$3.90`, `12.4M tokens`. */
export function budgetAmount({ measure }: Pick<BudgetWindow, 'measure'>, amount: number): string {
  if (measure === 'usd') return usdText(amount / 1e9)
  const count = amount < 100_000 ? countText(amount) : shortCount(amount)
  const unit = count === '1' ? measure.replace(/s$/, '') : measure
  return unit === '' ? count : `${count} ${unit}`
}

/** A forecast of days has no minutes. */
const soonMs = 2 * 86_400_000

/**
 * Whether somebody should look after a budget: it is used up, or soon will be, or sooner than its window ends. Beyond a
 * mark, calls go on.
 */
export function isShort({ forecast, isOnlyMark, endsAt }: BudgetWindow, asOf: number): boolean {
  if (isOnlyMark) return false
  if (forecast.outcome === 'used-up') return true
  if (forecast.outcome !== 'runs-out') return false
  return endsAt !== undefined || forecast.at - asOf < 7 * 86_400_000
}

/** How a budget stands. `asOf` and the zone decide how moments are written. */
export function budgetState(
  budget: BudgetWindow,
  { timeZone, asOf }: { readonly timeZone: string; readonly asOf: number },
): { readonly used: string; readonly limit: string; readonly share: string; readonly outlook: string } {
  return {
    used: budgetAmount(budget, budget.committed),
    limit: budgetAmount(budget, budget.limit),
    share: shareText(shareOf(budget)),
    outlook: outlookOf(budget, new ZonedTime(timeZone), asOf),
  }
}

function outlookOf(budget: BudgetWindow, zone: ZonedTime, asOf: number): string {
  const { forecast, isOnlyMark } = budget
  const isReached = isOnlyMark ? 'over its mark' : 'used up'
  const moment = (at: number): string => nearText(at, zone, asOf)
  switch (forecast.outcome) {
    case 'used-up':
      return `${isReached} ${isOnlyMark ? 'since' : 'at'} ${moment(forecast.at)}`
    case 'runs-out':
      return forecast.at - asOf < soonMs
        ? `at this pace ${isReached} at about ${moment(forecast.at)}`
        : `at this pace ${isReached} about ${dateText(forecast.at, zone, asOf)}`
    case 'lasts':
      return forecast.expected === undefined
        ? 'lasts'
        : `lasts; at this pace ${roughly(budget, forecast.expected)} by its end`
    case 'ended':
      return 'its window is over'
    default:
      return forecast satisfies never
  }
}

/** A forecast has no nano-dollars. */
function roughly(budget: BudgetWindow, amount: number): string {
  return `about ${budgetAmount(budget, amount === 0 ? 0 : Number(amount.toPrecision(2)))}`
}
