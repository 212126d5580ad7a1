// Small checks of what a caller passed, each naming the field at fault.

import { ByokError, isByokError } from '../core/errors.js'
import { visibleText } from '../core/visible-text.js'

/** A plain object whose fields are still unknown. */
export type Fields = Readonly<Record<string, unknown>>

/** The error for a field that cannot be used. */
export function invalid(field: string, why: string): ByokError {
  const shown = visibleText(field)
  return new ByokError('invalid-request', `${shown}: ${visibleText(why)}`, { field: shown })
}

/** What a value is, in words. Never the value: it may be a key. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'number' && Number.isNaN(value)) return 'NaN'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}

/** The value as an object; lists and `null` are none. */
export function objectAt(value: unknown, field: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalid(field, `must be an object, and is ${kindOf(value)}.`)
  }
  return value as Fields // just checked
}

/**
 * The value as an object whose own fields are what was said. A `Map`, `Headers` or a promise has none: taken for an
 * empty object, it would silently say nothing, and with `keys` somebody else would pay.
 */
export function recordAt(value: unknown, field: string): Fields {
  const object = objectAt(value, field)
  if (Symbol.iterator in object || typeof object.then === 'function')
    throw invalid(field, 'must be a plain object, and is a promise or a collection.')
  return object
}

/** The value as a list. */
export function listAt(value: unknown, field: string): readonly unknown[] {
  if (!Array.isArray(value)) throw invalid(field, `must be a list, and is ${kindOf(value)}.`)
  return value
}

/** The value as text, which may be empty. */
export function textAt(value: unknown, field: string): string {
  if (typeof value !== 'string') throw invalid(field, `must be text, and is ${kindOf(value)}.`)
  return value
}

/** Text with something in it. */
export function nameAt(value: unknown, field: string): string {
  const text = textAt(value, field)
  if (text.trim() === '') throw invalid(field, 'must not be empty.')
  return text
}

/** The value as true or false. */
export function booleanAt(value: unknown, field: string): boolean {
  if (typeof value !== 'boolean') throw invalid(field, `must be true or false, and is ${kindOf(value)}.`)
  return value
}

/** A finite number from `least` to `most`. */
export function numberAt(
  value: unknown,
  field: string,
  least: number,
  most = Number.MAX_SAFE_INTEGER,
): number {
  if (typeof value !== 'number' || Number.isNaN(value))
    throw invalid(field, `must be a number, and is ${kindOf(value)}.`)
  if (!Number.isFinite(value)) throw invalid(field, 'must be a finite number.')
  if (value < least || value > most) {
    const range = most === Number.MAX_SAFE_INTEGER ? `at least ${least}` : `from ${least} to ${most}`
    throw invalid(field, `must be ${range}, and is ${value}.`)
  }
  return value
}

/** A whole number from `least`. */
export function wholeNumberAt(value: unknown, field: string, least: number): number {
  const number = numberAt(value, field, least)
  if (!Number.isSafeInteger(number)) throw invalid(field, `must be a whole number, and is ${number}.`)
  return number
}

/** The value as a function. */
export function functionAt(value: unknown, field: string): (...values: never[]) => unknown {
  if (typeof value !== 'function') throw invalid(field, `must be a function, and is ${kindOf(value)}.`)
  return value as (...values: never[]) => unknown // just checked
}

/** One of these words. */
export function wordAt<const Word extends string>(
  value: unknown,
  field: string,
  words: readonly Word[],
): Word {
  const found = words.find((word) => word === value)
  if (found === undefined)
    throw invalid(field, `must be one of ${words.map((word) => `"${word}"`).join(', ')}.`)
  return found
}

/** The field as it was given, checked; nothing where it was not. `path` says where it stands, unless it is an option. */
export function optional<Name extends string, Value>(
  fields: Fields,
  name: Name,
  check: (value: unknown, field: string) => Value,
  path?: string,
): { [Field in Name]?: Value } {
  const value = fields[name]
  if (value === undefined) return {}
  const field = path === undefined ? name : `${path}.${name}`
  return { [name]: check(value, field) } as { [Field in Name]: Value } // the one computed key
}

/** Reads what a caller passed. What its getters or proxies throw is `invalid-request`, and no foreign error. */
export function readSafely<Result>(field: string, read: () => Result): Result {
  try {
    return read()
  } catch (cause) {
    if (isByokError(cause)) throw cause
    throw new ByokError('invalid-request', `${field}: reading it failed.`, { field, cause })
  }
}

/** What is said of options that people know from elsewhere, and that there is nothing for. */
export const notThere = 'Nothing of that kind is in this version.'

/** Refuses a field that is not known. `path` says where it stands; without one, it is an option of its own. */
export function refuseUnknown(
  fields: Fields,
  known: readonly string[],
  path?: string,
  advice?: ReadonlyMap<string, string>,
): void {
  for (const name of Object.keys(fields)) {
    if (known.includes(name)) continue
    const meant = closest(name, known)
    const guess = meant === undefined ? `Known are ${known.join(', ')}.` : `Did you mean ${meant}?`
    const shown = name.slice(0, 64)
    throw path === undefined
      ? invalid(shown, `there is no such option. ${advice?.get(name) ?? guess}`)
      : invalid(`${path}.${shown}`, `there is no such field. ${guess}`)
  }
}

/** The known name that an unknown one was probably meant to be. A short name is near to too many: it may be one letter off. */
export function closest(name: string, known: Iterable<string>): string | undefined {
  let best: string | undefined
  let bestDistance = name.length <= 5 ? 2 : Math.max(2, Math.floor(name.length / 3)) + 1
  for (const candidate of known) {
    const distance = editDistance(plain(name), plain(candidate), bestDistance)
    if (distance < bestDistance) {
      best = candidate
      bestDistance = distance
    }
  }
  return best
}

function plain(name: string): string {
  return name.slice(0, 64).replaceAll(/[_-]/g, '').toLowerCase()
}

function editDistance(left: string, right: string, limit: number): number {
  if (Math.abs(left.length - right.length) >= limit) return limit
  let row = Array.from({ length: right.length + 1 }, (_, at) => at)
  for (let at = 1; at <= left.length; at += 1) {
    const next = [at]
    for (let to = 1; to <= right.length; to += 1) {
      const change = (row[to - 1] ?? 0) + (left[at - 1] === right[to - 1] ? 0 : 1)
      next.push(Math.min(change, (row[to] ?? 0) + 1, (next[to - 1] ?? 0) + 1))
    }
    row = next
  }
  return row.at(-1) ?? limit
}
