// What was said about budgets at run time, as it stands in the store, and the check of it when it is read.

import { ByokError } from '../core/errors.js'
import { type BudgetLimit, identityOf, reactions } from './budget-limit.js'
import { isTimeZone, periods } from './calendar.js'
import { budgetScopes, measures } from './counter.js'

/** Each budget that was set or removed by its identity: its limit, or `null` where there shall be none any more. */
export type SaidLimits = ReadonlyMap<string, BudgetLimit | null>

/** As it is written into the store. */
export function saidText(said: SaidLimits): string {
  return JSON.stringify([...said])
}

/** What stands in the store. Throws `config` where somebody else has written there, or it was damaged. */
export function readSaid(text: string | undefined, record: string): SaidLimits {
  if (text === undefined) return new Map()
  try {
    const entries: unknown = JSON.parse(text)
    if (Array.isArray(entries) && entries.every(isEntry)) return new Map(entries)
  } catch {
    // It is no JSON.
  }
  const message = `The small record ${record} of the store holds no budgets: something else was written there. \`setBudget\` replaces it.`
  throw new ByokError('config', message, { field: 'store' })
}

function isEntry(entry: unknown): entry is [identity: string, limit: BudgetLimit | null] {
  if (!Array.isArray(entry) || entry.length !== 2 || typeof entry[0] !== 'string') return false
  return entry[1] === null || (isLimit(entry[1]) && identityOf(entry[1]) === entry[0])
}

function isLimit(value: unknown): value is BudgetLimit {
  if (typeof value !== 'object' || value === null) return false
  const { scope, of, tenant, measure, amount, per, timeZone, onExceed, alertAt } = value as Record<
    string,
    unknown
  > // its fields are checked here
  return (
    [of, tenant].every((name) => name === undefined || typeof name === 'string') &&
    isOneOf(budgetScopes, scope) &&
    isOneOf(measures, measure) &&
    isOneOf(periods, per) &&
    isOneOf(reactions, onExceed) &&
    Number.isSafeInteger(amount) &&
    Number(amount) >= 0 &&
    typeof timeZone === 'string' &&
    isTimeZone(timeZone) &&
    Array.isArray(alertAt) &&
    alertAt.every((share) => typeof share === 'number' && share > 0 && share <= 1)
  )
}

function isOneOf(words: readonly unknown[], word: unknown): boolean {
  return words.includes(word)
}
