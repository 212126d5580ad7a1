// Checks besides those of every store what must not reach a script, which cannot take back what it has done.

import { ByokError } from '../../core/errors.js'
import type { Charge, Hold } from '../../core/store.js'

/** Throws `invalid-request` unless the marks of a hold, and the moment of its record, can be compared. */
export function checkMarks(hold: Hold): void {
  finiteAt(hold.record.at, 'record.at')
  for (const [index, claim] of hold.claims.entries()) {
    for (const { share, at } of claim.alerts ?? []) {
      finiteAt(share, `claims[${index}].alerts`)
      finiteAt(at, `claims[${index}].alerts`)
    }
  }
}

/** Throws `invalid-request` unless a charge is of whole amounts. How many its hold has, only the script knows. */
export function checkAmounts({ claims, rates }: Charge): void {
  for (const [index, amount] of claims.entries()) wholeAt(amount, `charge.claims[${index}]`, 0)
  for (const [index, amount] of rates.entries()) wholeAt(amount, `charge.rates[${index}]`, 0)
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
