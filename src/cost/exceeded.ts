// The words for a budget: how it stands, and the error where a call does not fit.

import type { BudgetState, ExceededBudget } from '../core/budget-state.js'
import { ByokError } from '../core/errors.js'
import { type Money, toUsd } from '../core/money.js'
import type { CounterState, Refusal } from '../core/store.js'
import { visibleName } from '../core/visible-text.js'
import type { AppliedLimit } from './budget-limit.js'

/** How a budget stands, in the units of its measure. */
export function stateOf(
  { limit, name, endsAt }: AppliedLimit,
  { committed, held }: CounterState,
): BudgetState {
  const { scope, measure, per, timeZone, onExceed, amount } = limit
  const shown = (value: number): number => (measure === 'usd' ? toUsd(value) : value)
  return {
    scope,
    ...(scope === 'app' ? {} : { of: name }),
    measure,
    per,
    timeZone,
    limit: shown(amount),
    spent: shown(committed),
    held: shown(held),
    left: shown(Math.max(0, amount - committed - held)),
    ...(endsAt === undefined ? {} : { endsAt }),
    onExceed,
  }
}

/** What a call did not fit into, and what it might have cost. */
export function exceededBy(applied: AppliedLimit, refusal: Refusal): ExceededBudget {
  const { asked } = refusal
  return { ...stateOf(applied, refusal), asked: applied.limit.measure === 'usd' ? toUsd(asked) : asked }
}

/** The error for budgets that a call does not fit into. It names the one that is free again last. */
export function budgetExceeded(exceeded: readonly ExceededBudget[], now: number): ByokError {
  const [budget] = [...exceeded].sort((one, other) => freeAt(other) - freeAt(one))
  if (budget === undefined) throw new RangeError('A refusal without a budget.')
  const { measure, limit, spent, held, asked, endsAt } = budget
  const shown = (value: number): string => amountText(value, measure)
  const open = held === 0 ? '' : `, ${shown(held)} held for calls under way`
  const message = `Budget "${nameOf(budget)}" would be exceeded: ${shown(spent)} of ${shown(limit)} spent${open}, this call needs up to ${shown(asked)}.`
  const ending = endsAt === undefined ? '' : ` It begins again at ${new Date(endsAt).toISOString()}.`
  // What is held may come back at any moment, and then the call may fit.
  const isForGood = endsAt === undefined || asked > limit || spent + asked <= limit
  return new ByokError('budget-exceeded', `${message}${ending}`, {
    budget,
    ...(isForGood ? {} : { retryAfterMs: Math.max(0, endsAt - now) }),
  })
}

/** The error for a request that does not fit under its own ceiling. */
export function ceilingExceeded(limit: Money, spent: Money, asked: Money): ByokError {
  const budget: ExceededBudget = {
    scope: 'request',
    measure: 'usd',
    per: 'total',
    timeZone: 'UTC',
    limit: toUsd(limit),
    spent: toUsd(spent),
    held: 0,
    left: toUsd(Math.max(0, limit - spent)),
    onExceed: 'block',
    asked: toUsd(asked),
  }
  return budgetExceeded([budget], 0)
}

function freeAt({ endsAt }: BudgetState): number {
  return endsAt ?? Number.POSITIVE_INFINITY
}

/** `tenant acme/day`, without what would be code in a terminal. */
function nameOf({ scope, of, per }: BudgetState): string {
  const whose = of === undefined ? scope : `${scope} ${visibleName(of, 100)}`
  return per === 'total' ? whose : `${whose}/${per}`
}

function amountText(value: number, measure: BudgetState['measure']): string {
  if (measure !== 'usd') return `${value} ${measure}`
  return `$${value.toFixed(9).replace(/0{1,7}$/, '')}`
}
