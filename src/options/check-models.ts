// Reads lists of models and providers, and levels, as options name them.

import { type Level, levels } from '../core/level.js'
import { parseModelReference } from '../routing/model-reference.js'
import type { ModelPattern } from '../routing/policy.js'
import { listAt, nameAt, textAt, wordAt } from './check.js'

/** `provider/model` or `provider/*`; `undefined` where the list has `*`, which is all of them. */
export function patternsAt(value: unknown, field: string): readonly ModelPattern[] | undefined {
  const patterns = listAt(value, field).map((entry, index) => {
    const at = `${field}[${index}]`
    const text = nameAt(textAt(entry, at), at)
    if (text === '*') return undefined
    const { provider, model } = parseModelReference(text, at)
    return model === '*' ? { provider } : { provider, model }
  })
  return patterns.includes(undefined) ? undefined : patterns.filter((pattern) => pattern !== undefined)
}

/** Names of providers. */
export function providersAt(value: unknown, field: string): readonly string[] {
  return listAt(value, field).map((entry, index) =>
    nameAt(textAt(entry, `${field}[${index}]`), `${field}[${index}]`),
  )
}

/** One of the four levels. */
export function levelAt(value: unknown, field: string): Level {
  return wordAt(value, field, levels)
}
