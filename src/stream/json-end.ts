// Tells when JSON that comes in pieces has ended.

/**
 * Follows the brackets of a text piece by piece. It looks at each character once, whatever has come before, so asking
 * after every piece costs no more than asking at the end.
 */
export class JsonEnd {
  #depth = 0
  #isInString = false
  #isEscaped = false
  #state: 'before' | 'inside' | 'closed' | 'broken' = 'before'

  /** True once one whole object or array, and nothing but white space beside it, has come. */
  get hasClosed(): boolean {
    return this.#state === 'closed'
  }

  /** Takes the next piece of the text. */
  push(piece: string): void {
    for (let at = 0; at < piece.length; at += 1) this.#take(piece.charAt(at))
  }

  #take(character: string): void {
    if (this.#isEscaped) this.#isEscaped = false
    else if (this.#isInString) this.#takeInString(character)
    else if (this.#state === 'inside') this.#takeInside(character)
    else if (character.trim() !== '') {
      const opens = this.#state === 'before' && (character === '{' || character === '[')
      this.#state = opens ? 'inside' : 'broken'
      if (opens) this.#depth = 1
    }
  }

  #takeInString(character: string): void {
    if (character === '\\') this.#isEscaped = true
    else if (character === '"') this.#isInString = false
  }

  #takeInside(character: string): void {
    if (character === '"') this.#isInString = true
    else if (character === '{' || character === '[') this.#depth += 1
    else if (character === '}' || character === ']') {
      this.#depth -= 1
      if (this.#depth === 0) this.#state = 'closed'
    }
  }
}
