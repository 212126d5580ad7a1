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
  readonly #padding: string | undefined
  #head = ''
  /** What stands between the text and the padding: `''` where a chunk has none. */
  #middle = ''
  #tail = ''

  /**
   * `marker` is what stands before the string: `"content":"`. `padding` is what stands before a string that means
   * nothing and may differ too: `"obfuscation":"`, with which OpenAI hides the length of the text.
   */
  constructor(marker: string, padding?: string) {
    this.#marker = marker
    this.#padding = padding
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
    this.#learnTail(chunk.slice(start + literal.length))
  }

  #learnTail(rest: string): void {
    this.#middle = ''
    this.#tail = rest
    if (this.#padding === undefined) return
    const padded = rest.indexOf(this.#padding)
    if (padded === -1) return
    const start = padded + this.#padding.length
    const end = rest.indexOf('"', start)
    if (end === -1 || needsParsing.test(rest.slice(start, end))) return
    this.#middle = rest.slice(0, start)
    this.#tail = rest.slice(end)
  }

  /** The string of a chunk that fits the template, else `undefined`. */
  match(chunk: string): string | undefined {
    const head = this.#head
    if (head === '') return undefined
    let end = chunk.length - this.#tail.length
    // A slice is compared by memory; `startsWith` goes character by character and costs as much as parsing.
    if (end < head.length || chunk.slice(0, head.length) !== head || chunk.slice(end) !== this.#tail)
      return undefined
    if (this.#middle !== '') {
      const middle = chunk.indexOf(this.#middle, head.length)
      if (middle === -1 || middle + this.#middle.length > end) return undefined
      if (needsParsing.test(chunk.slice(middle + this.#middle.length, end))) return undefined
      end = middle
    }
    const text = chunk.slice(head.length, end)
    return needsParsing.test(text) ? parsed(text) : text
  }
}

/** The text decoded. A bare quote in it, or a backslash at its end, is no JSON here, so it is `undefined`. */
function parsed(text: string): string | undefined {
  try {
    const value: unknown = JSON.parse(`"${text}"`)
    return typeof value === 'string' ? value : undefined
  } catch {
    return undefined // the parser says what is wrong with it
  }
}
