// Marks in every piece of an answer, by which a splice of two answers, or a gap, gives itself away.

/** The text of a piece: which answer, which piece, of how many. The quotes are there to be cut in the middle of a character. */
function pieceOf(hit: string, index: number, count: number): string {
  return `«${hit} ${index}/${count}»`
}

/** An answer's text in its pieces. */
export function markedPieces(hit: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => pieceOf(hit, index, count))
}

/** What the marks of a text say. */
export interface MarkedText {
  /** The answer it comes from; `undefined` where there is no text at all. */
  readonly hit: string | undefined
  readonly isWhole: boolean
}

/** Reads a text; throws where it is anything but the beginning of one answer. */
export function readMarks(text: string): MarkedText {
  if (text === '') return { hit: undefined, isWhole: false }
  const first = /^«([\w-]+) 0\/(\d+)»/.exec(text)
  const [, hit = '', counted = ''] = first ?? []
  const pieces = markedPieces(hit, Number(counted))
  let length = 0
  for (const piece of pieces) {
    if (length === text.length) break
    if (!text.startsWith(piece, length))
      throw new Error(`not the beginning of one answer: ${text.slice(0, 200)}`)
    length += piece.length
  }
  if (first === null || length !== text.length) throw new Error(`more than one answer: ${text.slice(0, 200)}`)
  return { hit, isWhole: pieces.join('').length === text.length }
}
