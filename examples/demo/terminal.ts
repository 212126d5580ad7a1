// Writes the demo to a terminal: colour, indentation and line breaks, or plain text where nobody looks.

import type { Writable } from 'node:stream'
import { inspect } from 'node:util'

/** How text stands out. Without colour they all look the same. */
export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan' | 'italic'

const codes: Readonly<Record<Style, readonly [on: number, off: number]>> = {
  bold: [1, 22],
  dim: [2, 22],
  italic: [3, 23],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
}

/** What the terminal can do, as far as its stream and the environment say. */
export interface TerminalOptions {
  readonly hasColour: boolean
  /** Somebody watches, so that small pauses are worth their time. */
  readonly isWatched: boolean
  readonly width: number
}

/** How far the end of a word that has begun may run over the width. */
const longestTail = 6

/** Reads from the stream and the environment what can be shown. */
export function terminalOptions(
  stream: Writable & { readonly isTTY?: boolean; readonly columns?: number },
  environment: Readonly<Record<string, string | undefined>>,
): TerminalOptions {
  const isTerminal = stream.isTTY === true
  return {
    hasColour: isTerminal && !environment.NO_COLOR && environment.TERM !== 'dumb',
    isWatched: isTerminal && !environment.CI,
    width: Math.min(Math.max((stream.columns || 90) - longestTail, 40), 84),
  }
}

/** Text that may hold anything, without what would move a cursor or change a colour. */
export function printable(text: string): string {
  return text.replace(/\r\n?/g, '\n').replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g, ' ')
}

/** A column of text. Lines break between words, also where the words come in pieces. */
export class Terminal {
  readonly isWatched: boolean
  readonly #stream: Writable
  readonly #hasColour: boolean
  readonly #width: number
  #column = 0

  constructor(stream: Writable, options: TerminalOptions) {
    this.#stream = stream
    this.#hasColour = options.hasColour
    this.#width = options.width
    this.isWatched = options.isWatched
  }

  /** An empty line, after the end of the line that is being written. */
  blank(): void {
    this.endLine()
    this.#stream.write('\n')
  }

  /** Ends the line that is being written, if any. */
  endLine(): void {
    if (this.#column > 0) this.#stream.write('\n')
    this.#column = 0
  }

  /** A line of its own, broken where it is too long. */
  line(text: string, indent: number, ...styles: Style[]): void {
    this.endLine()
    this.flow(text, indent, ...styles)
    this.endLine()
  }

  /** A line with a label before it. Further lines stand under the text, not under the label. */
  entry(label: string, text: string, indent: number, ...labelStyles: Style[]): void {
    this.endLine()
    this.flow(label, indent, ...labelStyles)
    this.flow(text, indent + label.length + 2)
    this.endLine()
  }

  /** Goes on with the line that is being written: the way a stream is shown. */
  flow(text: string, indent: number, ...styles: Style[]): void {
    for (const word of printable(text).match(/\n|[^\S\n]*[^\s]+|[^\S\n]+/g) ?? []) {
      if (word === '\n') this.endLine()
      else this.#word(word, indent, styles)
    }
  }

  /** A value as it would stand in code. */
  inspect(value: unknown): string {
    return inspect(value, { breakLength: Number.POSITIVE_INFINITY, depth: 6 })
  }

  #word(word: string, indent: number, styles: readonly Style[]): void {
    let rest = word
    // The rest of a word that has begun stays with it, as long as there is room.
    const width = /^\s/.test(word) ? this.#width : this.#width + longestTail
    if (this.#column > indent && this.#column + word.length > width) this.endLine()
    if (this.#column < indent) {
      if (this.#column === 0) rest = word.trimStart()
      this.#stream.write(' '.repeat(indent - this.#column))
      this.#column = indent
    }
    this.#stream.write(this.#painted(rest, styles))
    this.#column += rest.length
  }

  #painted(text: string, styles: readonly Style[]): string {
    if (!this.#hasColour) return text
    return styles.reduce((painted, style) => {
      const [on, off] = codes[style]
      return `\u001b[${on}m${painted}\u001b[${off}m`
    }, text)
  }
}
