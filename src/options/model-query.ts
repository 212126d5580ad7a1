// Checks what `models()` is asked.

import type { ModelQuery } from '../pipeline/listing.js'
import { nameAt, optional, readSafely, recordAt, refuseUnknown, wholeNumberAt, wordAt } from './check.js'

/** The query with what was given. Throws `invalid-request`. */
export function checkModelQuery(value: unknown): ModelQuery {
  return readSafely('query', () => {
    const given = recordAt(value, 'query')
    refuseUnknown(given, ['provider', 'sortBy', 'limit'], 'query')
    return {
      ...optional(given, 'provider', nameAt, 'query'),
      ...optional(given, 'sortBy', (word, field) => wordAt(word, field, ['price']), 'query'),
      ...optional(given, 'limit', (count, field) => wholeNumberAt(count, field, 1), 'query'),
    }
  })
}
