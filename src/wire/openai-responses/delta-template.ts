// Cuts the text out of a delta event without parsing it, where it differs from a parsed one only in text and number.

/** The body of a JSON string, and one that means nothing to us. Each character has one way to match: no backtracking. */
const stringBody = '(?:[^"\\\\\\u0000-\\u001f]|\\\\(?:["\\\\/bfnrt]|u[0-9a-fA-F]{4}))*'

/** The values that differ from event to event: what stands before each, and what may stand there. */
const slots = [
  { marker: '"delta":"', kind: 'text', pattern: `(${stringBody})` },
  { marker: '"sequence_number":', kind: 'number', pattern: '(?:0|[1-9][0-9]*)' },
  // OpenAI pads its events so that nobody on the wire can tell the length of the text.
  { marker: '"obfuscation":"', kind: 'padding', pattern: stringBody },
] as const

/** A longer event is rare, and could exhaust the memory of a regular expression. */
const longestEvent = 4096

/** Learning costs as much as many matches save, so a stream whose events never match is left to the parser. */
const mostFruitlessLessons = 8

/**
 * The delta events of one item are the same bytes but for the text, the number in the sequence, and padding. Once one
 * has been parsed, a regular expression of its fixed pieces finds the text of the next: one scalar in place of another
 * changes nothing else in JSON. It is learned only from a flat object without escapes in its keys, where no marker can
 * be anything but a key.
 */
export class DeltaTemplate {
  #event = ''
  #expression: RegExp | undefined
  #lessons = 0

  /** Remembers what surrounds the values of an event that was parsed, and whose only meaning is its `delta`. */
  learn(data: string, event: string, delta: string): void {
    this.#expression = undefined
    if (this.#lessons === mostFruitlessLessons || data.length > longestEvent) return
    this.#lessons += 1
    this.#event = event
    this.#expression = expressionFor(data, delta)
  }

  /** Until it learns again, nothing matches: what the events are about has changed. */
  forget(): void {
    this.#expression = undefined
  }

  /** The text of an event that fits, else `undefined`. */
  match(data: string, event: string): string | undefined {
    if (this.#expression === undefined || event !== this.#event || data.length > longestEvent)
      return undefined
    const text = this.#expression.exec(data)?.[1]
    if (text === undefined) return undefined
    this.#lessons = 0
    return text.includes('\\') ? unescaped(text) : text
  }
}

function expressionFor(data: string, delta: string): RegExp | undefined {
  const found = slotsIn(data)
  if (found === undefined) return undefined
  let source = ''
  let at = 0
  for (const { start, end, kind, pattern } of found) {
    if (kind === 'text' && unescaped(data.slice(start, end)) !== delta) return undefined
    const piece = data.slice(at, start)
    if (!isFlat(piece, at)) return undefined
    source += escaped(piece) + pattern
    at = end
  }
  const last = data.slice(at)
  return isFlat(last, at) ? new RegExp(`^${source}${escaped(last)}$`) : undefined
}

interface FoundSlot {
  readonly kind: (typeof slots)[number]['kind']
  readonly pattern: string
  readonly start: number
  readonly end: number
}

/** The slots in the order in which they stand, or `undefined` where the event cannot be a template. */
function slotsIn(data: string): FoundSlot[] | undefined {
  const found: FoundSlot[] = []
  for (const { marker, kind, pattern } of slots) {
    const marked = data.indexOf(marker)
    if (marked === -1 && kind !== 'text') continue
    if (marked === -1 || data.indexOf(marker, marked + 1) !== -1) return undefined
    const start = marked + marker.length
    const value = new RegExp(pattern, 'y')
    value.lastIndex = start
    if (!value.test(data)) return undefined
    found.push({ kind, pattern, start, end: value.lastIndex })
  }
  return found.sort((left, right) => left.start - right.start)
}

/** True for a piece in which nothing nests and no key is spelt with escapes. */
function isFlat(piece: string, at: number): boolean {
  return !piece.includes('\\') && piece.lastIndexOf('{') <= (at === 0 ? 0 : -1)
}

function escaped(piece: string): string {
  return piece.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
}

/** The text that the body of a JSON string stands for. */
function unescaped(body: string): string {
  return JSON.parse(`"${body}"`) as string // a JSON string is always text
}
