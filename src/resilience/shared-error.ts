// A failure as callers may hear of it who were not there.

import type { ByokError } from '../core/errors.js'

/** The failure without what its own caller had got of the answer, and without the attempts of that request. */
export function forEveryone(error: ByokError): ByokError {
  if (error.partial === undefined && error.attempts === undefined) return error
  const told = error.with({})
  for (const name of ['partial', 'attempts'] as const) Reflect.deleteProperty(told, name)
  return told
}
