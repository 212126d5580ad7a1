// How a model is named: `provider/model`, the provider being what stands before the first slash.

import { ByokError } from '../core/errors.js'
import { visibleName } from '../core/visible-text.js'

/** A model of a provider. */
export interface ModelReference {
  readonly provider: string
  readonly model: string
}

/** The reference as it is written. */
export function nameOf(reference: ModelReference): string {
  return `${reference.provider}/${reference.model}`
}

/**
 * Reads `provider/model`. Only the first slash divides: `openrouter/anthropic/claude-x` is a model of openrouter.
 * Throws `invalid-request` for anything else, naming the field.
 */
export function parseModelReference(text: string, field: string): ModelReference {
  const slash = text.indexOf('/')
  if (slash <= 0 || slash === text.length - 1) {
    throw new ByokError(
      'invalid-request',
      `${field}: "${visibleName(text, 200)}" is no model. Write "provider/model", an alias, or "auto".`,
      { field },
    )
  }
  return { provider: text.slice(0, slash), model: text.slice(slash + 1) }
}
