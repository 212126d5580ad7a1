// Reading JSON that a stranger wrote: parsing without a throw, and narrowing of what came out.

import { ProviderError } from '../core/errors.js'

/** A JSON object whose fields are still unknown. */
export type JsonObject = Record<string, unknown>

/** The value as an object, or `undefined` for anything else (arrays too). */
export function asObject(value: unknown): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as JsonObject) // just checked
    : undefined
}

/** The value as a list; anything else is an empty one. */
export function asArray(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

/** The value if it is a string with something in it. */
export function asText(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** An id as text; some servers number theirs. */
export function asId(value: unknown): string | undefined {
  return typeof value === 'number' ? String(value) : asText(value)
}

/**
 * An index: a whole number from 0, also one in digits. `undefined` where none was sent; anything else is a broken answer
 * and throws, so that nothing lands in another's place. `what` carries the index.
 */
export function asIndex(value: unknown, what: string): number | undefined {
  if (value === undefined || value === null || value === '') return undefined
  const index = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value
  if (typeof index === 'number' && Number.isSafeInteger(index) && index >= 0) return index
  const shown = typeof value === 'object' ? 'an object' : JSON.stringify(value).slice(0, 40)
  throw new ProviderError('invalid-response', `The provider sent ${what} with the index ${shown}.`)
}

/** The parsed text, or `undefined` where it is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
