// Cuts the text out of a chunk without parsing it, where only the text differs from a chunk that was parsed before.

/** What may not stand raw in a JSON string, or needs decoding: then the piece is parsed. */
const needsParsing = /["\\\u0000-\u001f]/

/**
 * Most chunks of a stream are the same bytes but for one string. Once a chunk has been parsed, the bytes before and
 * after that string are a template: a later chunk with the same two ends has the same structure (one string token in
 * place of another changes nothing else in JSON), so its string is all that is new. Anything else is left to the parser.
 */
export class TextTemplate {
  readonly #marker: string
  #head = ''
  #tail = ''

  /** `marker` is what stands before the string: `"content":"`. */
  constructor(marker: string) {
    this.#marker = marker
  }

  /** Remembers the ends of a chunk that was parsed and holds `text`, and nothing else of interest, behind the marker. */
  learn(chunk: string, text: string): void {
    this.#head = ''
    const marked = chunk.indexOf(this.#marker)
    if (marked === -1 || chunk.indexOf(this.#marker, marked + 1) !== -1) return
    const start = marked + this.#marker.length
    const literal = JSON.stringify(text).slice(1, -1)
    if (!chunk.startsWith(literal, start) || chunk[start + literal.length] !== '"') return
    this.#head = chunk.slice(0, start)
    this.#tail = chunk.slice(start + literal.length)
  }

  /** The string of a chunk that fits the template, else `undefined`. */
  match(chunk: string): string | undefined {
    const head = this.#head
    if (head === '') return undefined
    const end = chunk.length - this.#tail.length
    if (end < head.length || !chunk.startsWith(head) || !chunk.endsWith(this.#tail)) return undefined
    const text = chunk.slice(head.length, end)
    if (!needsParsing.test(text)) return text
    return hasBareQuote(text) ? undefined : parsed(text)
  }
}

/** True where a quote ends the string early, or the last backslash would swallow the closing quote. */
function hasBareQuote(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === '"') return true
    if (text[at] === '\\') {
      at += 1
      if (at === text.length) return true
    }
  }
  return false
}

function parsed(text: string): string | undefined {
  try {
    const value: unknown = JSON.parse(`"${text}"`)
    return typeof value === 'string' ? value : undefined
  } catch {
    return undefined // the parser says what is wrong with it
  }
}
