// A key on its way from the resolver to the request: it can be used, and never shown.

const shown = '[secret]'

/** Anything shorter than this, left over from a key, says too little to be worth hiding. */
const shortestRest = 8

/** What stands where somebody has cut a key off, or starred the rest out. */
const cutOff = /^(?:[*•…]|\.{3})/

/** Holds a key. It prints, serialises and inspects as `[secret]`; only `reveal()` gives the value. */
export class Secret {
  readonly #read: () => string
  #forms: readonly string[] = []
  #formsOf: string | undefined

  /** Takes the key, or a function that reads it where somebody else holds it and may change it. */
  constructor(value: string | (() => string)) {
    this.#read = typeof value === 'string' ? () => value : value
  }

  /** The key itself. Call it where a header is written, and nowhere else. */
  reveal(): string {
    return this.#read()
  }

  /** Whether another one holds the same key now. */
  isSameAs(other: Secret): boolean {
    return this === other || this.#read() === other.#read()
  }

  /**
   * The text without this key: raw, base64, base64url, URL-encoded or escaped for JSON; whole, any tail of it of 8
   * characters and more, or such a head that is cut off by an ellipsis or stars. Providers echo keys in their error
   * messages, whole or with the middle starred out.
   */
  redactFrom(text: string): string {
    const key = this.#read()
    if (key !== this.#formsOf) this.#forms = formsOf(key)
    this.#formsOf = key
    const spans = this.#forms.flatMap((form) => [...tailsOf(form, text), ...headsOf(form, text)])
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
  if (key === '') return []
  const bytes = new TextEncoder().encode(key)
  let binary = ''
  for (const byte of bytes) binary += String.fromCharCode(byte)
  const base64 = btoa(binary).replace(/=+$/, '')
  const base64url = base64.replaceAll('+', '-').replaceAll('/', '_')
  const url = encodeURIComponent(key)
  const lowerUrl = url.replace(/%../g, (code) => code.toLowerCase())
  return [...new Set([key, url, lowerUrl, base64, base64url, ...jsonFormsOf(key)])]
}

/** How JSON may spell a key: as little escaped as it must be, with PHP's `\/`, and with Go's `\u0026` for `&`, `<`, `>`. */
function jsonFormsOf(key: string): string[] {
  const json = JSON.stringify(key).slice(1, -1)
  const ofGo = json.replace(/[&<>]/g, (sign) => `\\u00${sign.charCodeAt(0).toString(16)}`)
  return [json, json.replaceAll('/', '\\/'), ofGo]
}

interface Span {
  readonly start: number
  readonly end: number
}

/** Where a spelling, or a tail of it, stands in the text. */
function tailsOf(form: string, text: string): Span[] {
  const spans: Span[] = []
  const tail = form.slice(-shortestRest)
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

/** Where a head of a spelling stands in the text that somebody has cut off there. */
function headsOf(form: string, text: string): Span[] {
  const spans: Span[] = []
  const head = form.slice(0, shortestRest)
  let end = 0
  for (let start = text.indexOf(head); start !== -1; start = text.indexOf(head, end)) {
    end = start + head.length
    while (end - start < form.length && text[end] === form[end - start]) end += 1
    if (cutOff.test(text.slice(end, end + 3))) spans.push({ start, end })
  }
  return spans
}
