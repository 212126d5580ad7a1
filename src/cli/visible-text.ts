// Names for people to look at: nothing in them can move the cursor, colour the terminal or turn the line around.

/** What is not seen but acts: control characters, bidi and zero-width marks, line separators, halves of a character. */
const unseen = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu

/** What takes one column a unit, as nearly all names do. */
const plain = /^[ -~]*$/

/** What takes two columns of a terminal. */
const wide =
  /\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]/u

/** What is longer is cut: such a name is an accident, or an attack. */
const mostUnits = 500

/** Text with all that is not seen written out, as `\x1b` or `\u{202e}`. */
export function visibleText(text: string): string {
  return text.replaceAll(unseen, escaped)
}

/** A name, visible, and cut behind 500 units. */
export function visibleName(name: string): string {
  return visibleText(name.length > mostUnits ? `${name.slice(0, mostUnits)}…` : name)
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

/** How many columns of a terminal a visible text takes. */
export function columnsOf(text: string): number {
  if (plain.test(text)) return text.length
  let columns = 0
  for (const { segment } of new Intl.Segmenter('en').segment(text)) columns += wide.test(segment) ? 2 : 1
  return columns
}

/** The text, cut at the end where it takes more columns. */
export function cutText(text: string, mostColumns: number): string {
  if (columnsOf(text) <= mostColumns) return text
  let cut = ''
  let columns = 0
  for (const { segment } of new Intl.Segmenter('en').segment(text)) {
    columns += wide.test(segment) ? 2 : 1
    if (columns >= mostColumns) break
    cut += segment
  }
  return `${cut}…`
}

function escaped(character: string): string {
  const code = character.codePointAt(0) ?? 0
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`
}
