// Leaves out the middle of a text, at places where a reader would.

/** Of what is kept, this much is the beginning: the rest is the end, where questions mostly stand. */
const headShare = 0.4

/** A cut may move this far into what is kept, to the end of a sentence, else to a space. */
const sentenceShare = 0.2
const spaceShare = 0.1

/** So many characters of a text are kept at the least. */
export const leastKept = 100

/** A text without its middle, and how many characters that had. */
export interface CutText {
  readonly text: string
  readonly leftOut: number
}

/**
 * The text with about so many of its characters: 40 % from its beginning, 60 % from its end, and between them a line that
 * names how many were left out. Keeps 100 at the least. No character beyond the basic plane is torn in two. A text that
 * would not get shorter is given back itself.
 */
export function cutMiddle(text: string, keep: number): CutText {
  const kept = Math.max(leastKept, Math.floor(keep))
  if (kept >= text.length) return { text, leftOut: 0 }
  const headLength = Math.floor(kept * headShare)
  const tailStart = text.length - (kept - headLength)
  const isScarce = kept * (1 - sentenceShare) < leastKept
  const headEnd = isScarce ? headLength : endOfHead(text, headLength)
  const start = isScarce ? tailStart : startOfTail(text, tailStart)
  const head = text.slice(0, isInsidePair(text, headEnd) ? headEnd + 1 : headEnd)
  const tail = text.slice(isInsidePair(text, start) ? start - 1 : start)
  const leftOut = text.length - head.length - tail.length
  const cut = `${head}${markerOf(leftOut)}${tail}`
  return cut.length < text.length ? { text: cut, leftOut } : { text, leftOut: 0 }
}

function markerOf(leftOut: number): string {
  return `\n[… ${leftOut} characters left out …]\n`
}

/** Behind the last sentence that ends in the last fifth, else the last space in the last tenth. */
function endOfHead(text: string, end: number): number {
  for (let at = end; at > end * (1 - sentenceShare); at -= 1) if (endsSentence(text, at)) return at
  for (let at = end; at > end * (1 - spaceShare); at -= 1) if (isSpace(text, at - 1)) return at
  return end
}

/** Behind the first sentence that ends in the first fifth, else the first space in the first tenth. */
function startOfTail(text: string, start: number): number {
  const length = text.length - start
  for (let at = start; at < start + length * sentenceShare; at += 1) if (endsSentence(text, at)) return at
  for (let at = start; at < start + length * spaceShare; at += 1) if (isSpace(text, at - 1)) return at
  return start
}

/** Whether a sentence or a line ends right before a place. A full stop in a number or a name ends none. */
function endsSentence(text: string, at: number): boolean {
  const before = text.charAt(at - 1)
  return /[\n。！？]/.test(before) || (/[.!?]/.test(before) && isSpace(text, at))
}

function isSpace(text: string, at: number): boolean {
  return /\s/.test(text.charAt(at))
}

/** Whether a place lies between the two halves of one character. */
function isInsidePair(text: string, at: number): boolean {
  const [before, after] = [text.charCodeAt(at - 1), text.charCodeAt(at)]
  return before >= 0xd800 && before <= 0xdbff && after >= 0xdc00 && after <= 0xdfff
}
