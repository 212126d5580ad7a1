// Turns a byte stream into text, wherever the reads cut it.

/**
 * Decodes UTF-8 read by read: a character cut in two is held back until its rest has come, and a byte order mark is
 * dropped at the very start only. Bytes that are no UTF-8 become U+FFFD.
 */
export class Utf8Reader {
  // Not TextDecoder's own stream mode: Node decodes ASCII several times faster without it, and nearly all is ASCII.
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  #held: Uint8Array | undefined
  #hasBegun = false

  /** The text that these bytes complete. */
  read(bytes: Uint8Array): string {
    const all = this.#held === undefined ? bytes : join(this.#held, bytes)
    const whole = all.length - cutOff(all)
    // A copy: the caller may use its buffer again.
    this.#held = whole < all.length ? all.slice(whole) : undefined
    return this.#decode(whole < all.length ? all.subarray(0, whole) : all)
  }

  /** What is left at the end of the bytes: nothing, or a replacement for half a character. */
  end(): string {
    const held = this.#held
    this.#held = undefined
    return held === undefined ? '' : this.#decode(held)
  }

  #decode(bytes: Uint8Array): string {
    const text = this.#decoder.decode(bytes)
    if (this.#hasBegun || text === '') return text
    this.#hasBegun = true
    return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text
  }
}

/** How many bytes at the end belong to a character that is not whole yet. */
function cutOff(bytes: Uint8Array): number {
  for (let count = 1; count <= 3; count++) {
    const byte = bytes[bytes.length - count]
    if (byte === undefined || byte < 0x80) return 0
    if (byte >= 0xc0) return lengthOf(byte) > count ? count : 0
  }
  return 0
}

/** The length of the character that begins with this byte. */
function lengthOf(lead: number): number {
  if (lead >= 0xf0) return 4
  return lead >= 0xe0 ? 3 : 2
}

function join(head: Uint8Array, tail: Uint8Array): Uint8Array {
  const joined = new Uint8Array(head.length + tail.length)
  joined.set(head)
  joined.set(tail, head.length)
  return joined
}
