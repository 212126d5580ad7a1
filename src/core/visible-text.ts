// Names for people to look at: nothing in them can move the cursor, colour the terminal or turn the line around.

/** What is not seen but acts: control characters, bidi and zero-width marks, line separators, halves of a character. */
const unseen = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu

/** What is longer is cut: such a name is an accident, or an attack. */
const longestName = 500

/** No word of any language puts more marks on one letter; a heap of them would be painted over the lines around it. */
const heapOfMarks = /(\p{M}{4})\p{M}+/gu

/** Text with all that is not seen written out, as `\x1b` or `\u{202e}`. */
export function visibleText(text: string): string {
  return text.replaceAll(unseen, escaped)
}

/** A name, visible, and cut where it is too long or piles up marks. */
export function visibleName(name: string, mostUnits = longestName): string {
  const cut = name.length > mostUnits ? `${name.slice(0, mostUnits)}…` : name
  return visibleText(cut.replaceAll(heapOfMarks, '$1…'))
}

/** JSON text that is safe to print: what is not seen in it is written as JSON escapes, line breaks between values aside. */
export function visibleJson(value: unknown): string {
  return JSON.stringify(value, undefined, 2).replaceAll(unseen, (character) =>
    character === '\n'
      ? character
      : [...Array(character.length).keys()]
          .map((at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`)
          .join(''),
  )
}

function escaped(character: string): string {
  const code = character.codePointAt(0) ?? 0
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`
}
