// The caller's own fields for the body of one provider's request: one rule for every dialect.

import type { ChatRequest } from '../core/request.js'
import type { Warning } from '../core/warning.js'
import { asObject, type JsonObject } from './json.js'

/** Fields that are the library's: whom it asks, for what, and how it listens. */
const reserved: ReadonlySet<string> = new Set(['model', 'messages', 'input', 'stream'])

/** Lists that the caller's own entries join, so that a provider's tool does not push out the app's. */
const joinedLists: ReadonlySet<string> = new Set(['tools', 'include'])

/**
 * Puts the caller's fields for this provider over everything else. An object joins the one that stands there field by
 * field, so that one stream option does not cost another; one with a `type` is another thing, and takes its place.
 */
export function addProviderOptions(
  body: JsonObject,
  { providerOptions }: ChatRequest,
  provider: string,
  warnings: Warning[],
): void {
  if (providerOptions === undefined || !Object.hasOwn(providerOptions, provider)) return
  for (const [field, value] of Object.entries(providerOptions[provider] ?? {})) {
    if (field === '__proto__' || value === undefined) continue
    if (reserved.has(field)) {
      const message = `${provider}: \`providerOptions\` cannot set \`${field}\`, which the library writes itself; it was ignored.`
      warnings.push({ code: 'unsupported-option', message, option: 'providerOptions' })
      continue
    }
    body[field] = joined(field, body[field], value)
  }
}

function joined(field: string, held: unknown, given: unknown): unknown {
  if (joinedLists.has(field) && Array.isArray(held) && Array.isArray(given)) {
    return [...held, ...given.filter((entry) => !held.includes(entry))]
  }
  const fields = asObject(held)
  const own = asObject(given)
  if (fields === undefined || own === undefined || own.type !== undefined) return given
  return { ...fields, ...own }
}
