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
    let safe = text
    for (const form of formsOf(this.#value)) safe = hide(safe, form)
    return safe
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

/** The spellings in which a key may come back, longest first so that no shorter one cuts a longer one in two. */
function formsOf(key: string): string[] {
  const bytes = new TextEncoder().encode(key)
  let binary = ''
  for (const byte of bytes) binary += String.fromCharCode(byte)
  const base64 = btoa(binary).replace(/=+$/, '')
  const base64url = base64.replaceAll('+', '-').replaceAll('/', '_')
  const forms = new Set([key, encodeURIComponent(key), base64, base64url])
  return [...forms].sort((left, right) => right.length - left.length)
}

function hide(text: string, form: string): string {
  if (form === '') return text
  if (form.length < shortestTail) return text.replaceAll(form, shown)
  const tail = form.slice(-shortestTail)
  let safe = ''
  let from = 0
  for (let at = text.indexOf(tail); at !== -1; at = text.indexOf(tail, from)) {
    const end = at + tail.length
    let start = at
    let inForm = form.length - tail.length
    while (start > from && inForm > 0 && text[start - 1] === form[inForm - 1]) {
      start -= 1
      inForm -= 1
    }
    safe += text.slice(from, start) + shown
    from = end
  }
  return safe + text.slice(from)
}
