// Words for whatever was thrown: anything can be thrown, and some of it cannot even be written down.

/** The message of an error, or the value as text; never throws itself. */
export function textOf(thrown: unknown): string {
  try {
    return String(thrown instanceof Error ? thrown.message : thrown)
  } catch {
    return 'something that cannot be shown as text'
  }
}
