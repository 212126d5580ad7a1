// What a store demands of a hold and of a charge before it counts anything.

import { ByokError } from '../core/errors.js'
import type { Charge, Hold } from '../core/store.js'
import type { HeldAmounts } from './change.js'

/**
 * Throws `invalid-request`, naming the field, unless all amounts are whole numbers from 0 that arithmetic does not round,
 * and no counter and no rate stands in the hold twice.
 */
export function checkHold(hold: Hold): void {
  const { id, claims, rates, tokens, ttlMs, limitsVersion } = hold
  if (typeof id !== 'string' || id === '') throw invalid('id', 'a text that is not empty', id)
  checkAmount('tokens.least', tokens.least)
  checkAmount('tokens.most', tokens.most)
  if (tokens.least > tokens.most) throw invalid('tokens.least', 'at most tokens.most', tokens.least)
  if (!isAmount(ttlMs) || ttlMs === 0) throw invalid('ttlMs', 'a whole number from 1', ttlMs)
  checkAmount('limitsVersion', limitsVersion)
  if (hold.cost !== undefined) checkAmount('cost', hold.cost.base + hold.cost.perToken * tokens.most)
  const counters = new Set<string>()
  for (const [index, claim] of claims.entries()) {
    const field = `claims[${index}]`
    checkAmount(`${field}.base`, claim.base)
    checkAmount(`${field}.perToken`, claim.perToken)
    checkAmount(`${field}.bound`, claim.base + claim.perToken * tokens.most)
    if (claim.limit !== undefined) checkAmount(`${field}.limit`, claim.limit)
    if (claim.endsAt !== undefined && !Number.isFinite(claim.endsAt)) {
      throw invalid(`${field}.endsAt`, 'a moment in milliseconds', claim.endsAt)
    }
    if (counters.has(claim.counter)) {
      throw invalid(`${field}.counter`, 'named once in a hold', claim.counter)
    }
    counters.add(claim.counter)
  }
  const gauges = new Set<string>()
  for (const [index, rate] of rates.entries()) {
    const field = `rates[${index}]`
    checkAmount(`${field}.amount`, rate.amount)
    checkAmount(`${field}.limit`, rate.limit)
    if (!isAmount(rate.windowMs) || rate.windowMs === 0) {
      throw invalid(`${field}.windowMs`, 'a whole number from 1', rate.windowMs)
    }
    const gauge = `${rate.windowMs} ${rate.key}`
    if (gauges.has(gauge)) throw invalid(`${field}.key`, 'named once in a hold', rate.key)
    gauges.add(gauge)
  }
}

/** Throws `invalid-request`, naming the field, unless there is an amount for each claim and each rate of the hold. */
export function checkCharge(charge: Charge, { claims, rates }: HeldAmounts): void {
  for (const [name, amounts, count] of [
    ['claims', charge.claims, claims.length],
    ['rates', charge.rates, rates.length],
  ] as const) {
    if (amounts.length !== count) throw invalid(`charge.${name}`, `${count} amounts`, amounts.length)
    for (const [index, amount] of amounts.entries()) checkAmount(`charge.${name}[${index}]`, amount)
  }
}

function checkAmount(field: string, amount: unknown): void {
  if (!isAmount(amount)) throw invalid(field, 'a whole number from 0 to 9007199254740991', amount)
}

function isAmount(amount: unknown): amount is number {
  return typeof amount === 'number' && Number.isSafeInteger(amount) && amount >= 0
}

function invalid(field: string, wanted: string, found: unknown): ByokError {
  const shown = String(found).slice(0, 100)
  return new ByokError(
    'invalid-request',
    `The store was given ${shown} as ${field}, which must be ${wanted}.`,
    { field },
  )
}
