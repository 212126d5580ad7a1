// How much room a text takes in a terminal, and how it is cut to fit.

/** What takes one column a unit, as nearly all names do. */
const plain = /^[ -~]*$/

/** What takes two columns of a terminal. */
const wide =
  /\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]/u

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
