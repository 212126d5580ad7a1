// What the suite for stores demands, said without a test framework.

/** Throws, naming `what`, unless both hold the same; fields that are undefined count as absent. */
export function expectSame(what: string, actual: unknown, expected: unknown): void {
  if (isSame(actual, expected)) return
  throw new Error(`${what}: expected ${show(expected)}, but it was ${show(actual)}`)
}

/** Throws, naming `what`, unless it holds. */
export function expectThat(what: string, holds: boolean): void {
  if (!holds) throw new Error(`${what}: it was not so`)
}

/** Throws, naming `what`, unless the promise rejects. */
export async function expectRejection(what: string, promise: () => Promise<unknown>): Promise<void> {
  let answer: unknown
  try {
    answer = await promise()
  } catch {
    return
  }
  throw new Error(`${what}: expected a rejection, but it answered ${show(answer)}`)
}

function isSame(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Array.isArray(a) !== Array.isArray(b)) return false
  const left = definedEntries(a)
  const right = new Map(definedEntries(b))
  return (
    left.length === right.size &&
    left.every(([key, value]) => right.has(key) && isSame(value, right.get(key)))
  )
}

function definedEntries(value: object): [string, unknown][] {
  return Object.entries(value).filter(([, inner]) => inner !== undefined)
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 500 ? `${text.slice(0, 500)}…` : text
}
