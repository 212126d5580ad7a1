// A key on its way from the resolver to the request: it can be used, and never shown.

const shown = '[secret]'

/** Anything shorter than this, left over from a key, says too little to be worth hiding. */
const shortestTail = 8

/** Holds a key. It prints, serialises and inspects as `[secret]`; only `reveal()` gives the value. */
export class Secret {
  readonly #value: string

  constructor(value: string) {
    this.#value = value
  }

  /** The key itself. Call it where a header is written, and nowhere else. */
  reveal(): string {
    return this.#value
  }

  /**
   * The text without this key: raw, base64, base64url or URL-encoded, whole or any tail of it of 8 characters and more.
   * Providers echo keys in their error messages, whole or with the middle starred out.
   */
  redactFrom(text: string): string {
    const spans = formsOf(this.#value).flatMap((form) => spansOf(form, text))
    if (spans.length === 0) return text
    // Two spellings may end alike, so all are looked for before any is cut out: a short find must not save the rest.
    spans.sort((left, right) => left.start - right.start)
    let safe = ''
    let from = 0
    for (const { start, end } of spans) {
      if (start >= from) safe += text.slice(from, start) + shown
      from = Math.max(from, end)
    }
    return safe + text.slice(from)
  }

  toString(): string {
    return shown
  }

  toJSON(): string {
    return shown
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return shown
  }
}

/** The spellings in which a key may come back. */
function formsOf(key: string): string[] {
  const bytes = new TextEncoder().encode(key)
  let binary = ''
  for (const byte of bytes) binary += String.fromCharCode(byte)
  const base64 = btoa(binary).replace(/=+$/, '')
  const base64url = base64.replaceAll('+', '-').replaceAll('/', '_')
  return [...new Set([key, encodeURIComponent(key), base64, base64url])]
}

interface Span {
  readonly start: number
  readonly end: number
}

/** Where a spelling, or a tail of it, stands in the text. */
function spansOf(form: string, text: string): Span[] {
  const spans: Span[] = []
  if (form === '') return spans
  const tail = form.slice(-shortestTail)
  let from = 0
  for (let at = text.indexOf(tail); at !== -1; at = text.indexOf(tail, from)) {
    let start = at
    let inForm = form.length - tail.length
    while (start > from && inForm > 0 && text[start - 1] === form[inForm - 1]) {
      start -= 1
      inForm -= 1
    }
    from = at + tail.length
    spans.push({ start, end: from })
  }
  return spans
}
