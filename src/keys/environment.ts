// Keys from environment variables, for an app that asks for them.

import { isPlaceholder } from './key-format.js'

/** Shorter than any real provider's key: a leftover, not a key. */
const shortestKey = 12

/**
 * The keys that stand in the environment, by provider. `variables` names each provider's, the preferred first.
 * Placeholders and values under 12 characters count as absent.
 */
export function keysIn(
  environment: Readonly<Record<string, string | undefined>>,
  variables: ReadonlyMap<string, readonly string[]>,
): Record<string, string> {
  const keys: Record<string, string> = {}
  for (const [provider, names] of variables) {
    const value = names.map((name) => environment[name]?.trim()).find((found) => isKey(found))
    if (value !== undefined) keys[provider] = value
  }
  return keys
}

function isKey(value: string | undefined): value is string {
  return value !== undefined && value.length >= shortestKey && !isPlaceholder(value)
}
