// Reading JSON that a stranger wrote: parsing without a throw, and narrowing of what came out.

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

/** The parsed text, or `undefined` where it is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
