// Checks what the Redis store is given: a wrong number must not reach a script, which cannot take back what it has done.

import { ByokError } from '../../core/errors.js'
import type { Charge, Hold } from '../../core/store.js'

/** Throws `invalid-request` unless a hold can be counted: whole amounts, each counter and each rate named once. */
export function checkHold(hold: Hold): void {
  const { least, most } = hold.tokens
  wholeAt(least, 'tokens.least', 0)
  wholeAt(most, 'tokens.most', least)
  wholeAt(hold.ttlMs, 'ttlMs', 1)
  wholeAt(hold.limitsVersion, 'limitsVersion', 0)
  finiteAt(hold.record.at, 'record.at')
  for (const [index, claim] of hold.claims.entries()) {
    const path = `claims[${index}]`
    wholeAt(claim.base, `${path}.base`, 0)
    wholeAt(claim.perToken, `${path}.perToken`, 0)
    if (claim.limit !== undefined) wholeAt(claim.limit, `${path}.limit`, 0)
    if (claim.endsAt !== undefined) finiteAt(claim.endsAt, `${path}.endsAt`)
    for (const { share, at } of claim.alerts ?? []) {
      finiteAt(share, `${path}.alerts`)
      finiteAt(at, `${path}.alerts`)
    }
  }
  for (const [index, rate] of hold.rates.entries()) {
    const path = `rates[${index}]`
    wholeAt(rate.limit, `${path}.limit`, 0)
    wholeAt(rate.amount, `${path}.amount`, 0)
    wholeAt(rate.windowMs, `${path}.windowMs`, 1)
  }
  refuseTwice(
    hold.claims.map(({ counter }) => counter),
    'claims',
  )
  refuseTwice(
    hold.rates.map(({ key }) => key),
    'rates',
  )
}

/** Throws `invalid-request` unless a charge is of whole amounts. */
export function checkCharge(charge: Charge): void {
  for (const [index, amount] of charge.claims.entries()) wholeAt(amount, `claims[${index}]`, 0)
  for (const [index, amount] of charge.rates.entries()) wholeAt(amount, `rates[${index}]`, 0)
}

/** A whole number from `least` that arithmetic does not round. */
export function wholeAt(value: number, field: string, least: number): number {
  if (Number.isSafeInteger(value) && value >= least) return value
  throw invalid(field, `must be a whole number from ${least}.`)
}

/** A moment or a share: any number but the endless ones. */
export function finiteAt(value: number, field: string): number {
  if (Number.isFinite(value)) return value
  throw invalid(field, 'must be a finite number.')
}

/** The error for what a store cannot use. */
export function invalid(field: string, why: string): ByokError {
  return new ByokError('invalid-request', `${field}: ${why}`, { field })
}

function refuseTwice(names: readonly string[], field: string): void {
  if (new Set(names).size !== names.length) throw invalid(field, 'must name each counter and each rate once.')
}
