// Text that comes in pieces.

/** So many characters are copied together at a time: few copies, and little held for nothing. */
const settleAt = 4_096

/**
 * Grows by appending. A piece that was cut out of a network read keeps the whole of that read alive for as long as it is
 * only linked to the rest, so pieces are copied into one now and then.
 */
export class PiecedText {
  #settled = ''
  #recent = ''

  append(piece: string): void {
    this.#recent += piece
    if (this.#recent.length < settleAt) return
    this.#recent.charCodeAt(0) // V8 copies linked pieces into one string when a character is looked at
    this.#settled += this.#recent
    this.#recent = ''
  }

  toString(): string {
    return this.#settled + this.#recent
  }
}
