// Tells what a user asks apart from what is pasted beside it: files, tables, logs, quotations, long passages.

/** What is read of a text: its beginning and its end, where people put their questions. */
const headUnits = 2_400
const tailUnits = 3_600
/** Prose up to this length may all be the question. */
const shortProse = 700
const longestAskLine = 420
const sentenceReach = 320
const mostContext = 1_200

/** A text, taken apart. */
export interface Parts {
  /** What is asked, line by line. */
  readonly ask: readonly string[]
  /** The prose was long, and only its beginning and end are taken for what is asked: one of them may be material. */
  readonly isPicked: boolean
  /** Passages beside it, in part. */
  readonly context: string
  readonly hasCode: boolean
  readonly hasData: boolean
  /** Passages that are read, not answered. */
  readonly hasPassage: boolean
  /** Answers to choose from. */
  readonly choices: number
  /** Lines of a list in the question's own prose. */
  readonly bullets: number
}

type LineKind = 'blank' | 'prose' | 'code' | 'data' | 'quote' | 'choice'

interface Line {
  readonly text: string
  kind: LineKind
}

/** Takes a text apart. Reads at most 6,000 characters of it, and looks for fences in the rest. */
export function takeApart(text: string): Parts {
  const lines: Line[] = []
  if (text.length <= headUnits + tailUnits) readLines(text, false, lines)
  else {
    const cut = text.length - tailUnits
    const isInFence = readLines(text.slice(0, headUnits), false, lines)
    readLines(text.slice(cut), isInFence !== isOdd(countFences(text, headUnits, cut)), lines)
  }
  settleRuns(lines)
  return choose(lines)
}

function isOdd(count: number): boolean {
  return (count & 1) === 1
}

function countFences(text: string, from: number, to: number): number {
  let count = 0
  for (let at = text.indexOf('```', from); at !== -1 && at < to; at = text.indexOf('```', at + 3)) count += 1
  return count
}

/** Appends the lines of a text with their kinds; gives whether it ends inside a fence. */
function readLines(text: string, startsInFence: boolean, into: Line[]): boolean {
  let isInFence = startsInFence
  for (let at = 0; at <= text.length; ) {
    const newline = text.indexOf('\n', at)
    const end = newline === -1 ? text.length : newline
    const line = text.slice(at, end)
    at = end + 1
    const fence = line.indexOf('```')
    if (fence === -1) {
      into.push({ text: line, kind: isInFence ? 'code' : lineKind(line) })
      continue
    }
    // What stands before an opening fence, or behind a closing one, on the same line is prose.
    const last = line.lastIndexOf('```')
    if (!isInFence && line.slice(0, fence).trim() !== '')
      into.push({ text: line.slice(0, fence), kind: 'prose' })
    into.push({ text: '', kind: 'code' })
    const toggles = countFences(line, 0, line.length)
    isInFence = isInFence !== isOdd(toggles)
    const behind = line.slice(last + 3)
    if (!isInFence && behind.trim() !== '') into.push({ text: behind, kind: 'prose' })
  }
  return isInFence
}

/** What a line looks like by its signs alone. */
function lineKind(line: string): LineKind {
  const trimmed = line.trim()
  if (trimmed === '') return 'blank'
  const first = trimmed.charCodeAt(0)
  if (first === 62) return 'quote' // >
  if (isChoice(trimmed)) return 'choice'
  const signs = countSigns(trimmed)
  const indent = line.length - line.trimStart().length
  const last = trimmed.charCodeAt(trimmed.length - 1)
  if (signs.pairs > 0 && isOneOf(first, '{}[]"') && isOneOf(last, '{}[],"')) return 'data'
  const density = (signs.code + signs.pairs) / trimmed.length
  if (trimmed.length > 160 && density > 0.12) return 'data'
  if (isOneOf(last, ';{}') && density > 0.03) return 'code'
  if (density > 0.1 && (indent >= 2 || isOneOf(last, '),:('))) return 'code'
  if (indent >= 4 && density > 0.04) return 'code'
  if (signs.separators >= 1 && trimmed.length / (signs.separators + 1) < 16 && !isOneOf(last, '.?!。？'))
    return 'data'
  if (
    signs.digits >= 6 &&
    signs.digits / trimmed.length > 0.2 &&
    (first === 91 || (first >= 48 && first <= 57))
  )
    return 'data'
  return 'prose'
}

/** `A. …` or `(b) …`. */
function isChoice(line: string): boolean {
  const from = line.charCodeAt(0) === 40 ? 1 : 0
  const unit = line.charCodeAt(from) | 32
  const next = line.charCodeAt(from + 1)
  return unit >= 97 && unit <= 106 && (next === 46 || next === 41) && line.charCodeAt(from + 2) === 32
}

function isOneOf(unit: number, signs: string): boolean {
  for (let at = 0; at < signs.length; at += 1) if (signs.charCodeAt(at) === unit) return true
  return false
}

function countSigns(line: string): { code: number; pairs: number; separators: number; digits: number } {
  const signs = { code: 0, pairs: 0, separators: 0, digits: 0 }
  for (let at = 0; at < line.length; at += 1) {
    const unit = line.charCodeAt(at)
    if ((unit >= 97 && unit <= 122) || unit === 32) continue
    if (unit >= 48 && unit <= 57) signs.digits += 1
    else if (unit > 122 || unit < 65 || (unit > 90 && unit < 97)) countSign(unit, signs)
  }
  return signs
}

function countSign(unit: number, signs: { code: number; pairs: number; separators: number }): void {
  if (unit === 34 || unit === 123 || unit === 125 || unit === 91 || unit === 93) signs.pairs += 1
  else if (
    unit === 40 ||
    unit === 41 ||
    unit === 59 ||
    unit === 61 ||
    unit === 60 ||
    unit === 62 ||
    unit === 95
  )
    signs.code += 1
  if (unit === 44 || unit === 9 || unit === 124 || unit === 59) signs.separators += 1
}

/** A lone line that looks like code or data is no material yet; comments and gaps inside a run belong to it. */
function settleRuns(lines: Line[]): void {
  let at = 0
  while (at < lines.length) {
    if (!isPasted(lines[at]?.kind)) {
      at += 1
      continue
    }
    let end = at
    let pasted = 0
    let code = 0
    let isFenced = false
    let lastPasted = at
    // A run may bridge two lines that look like prose: a comment, a docstring, an empty line.
    for (; end < lines.length && end - lastPasted <= 2; end += 1) {
      const line = lines[end]
      if (line === undefined || !isPasted(line.kind)) continue
      pasted += 1
      if (line.kind === 'code') code += 1
      lastPasted = end
      if (line.text === '' || line.text.length > 160) isFenced = true
    }
    const isRun = isFenced || pasted >= 3
    const kind: LineKind = code * 2 >= pasted ? 'code' : 'data'
    for (let each = at; each <= lastPasted; each += 1) {
      const line = lines[each]
      if (line === undefined) continue
      if (!isRun) line.kind = line.kind === 'blank' ? 'blank' : 'prose'
      else if (isPasted(line.kind)) line.kind = kind
      else if (
        (line.kind === 'prose' || line.kind === 'blank') &&
        line.text.length < 100 &&
        !line.text.includes('?')
      )
        line.kind = kind
    }
    at = lastPasted + 1
  }
}

function isPasted(kind: LineKind | undefined): boolean {
  return kind === 'code' || kind === 'data'
}

/** Chooses, among the prose, what is asked. */
function choose(lines: readonly Line[]): Parts {
  const prose = lines.filter((line) => line.kind === 'prose').map((line) => line.text)
  const choices = lines.filter((line) => line.kind === 'choice')
  const hasCode = lines.some((line) => line.kind === 'code')
  const hasData = lines.some((line) => line.kind === 'data')
  const hasQuote = lines.some((line) => line.kind === 'quote')
  let length = 0
  for (const line of prose) length += line.length
  const ask: string[] = []
  let context = ''
  if (length <= shortProse) ask.push(...prose)
  else {
    const first = prose[0] ?? ''
    const last = prose.length > 1 ? (prose[prose.length - 1] ?? '') : ''
    const opening = first.length <= longestAskLine ? first : headOf(first)
    const closing =
      last !== ''
        ? last.length <= longestAskLine
          ? last
          : tailOf(last)
        : tailOf(first.slice(opening.length))
    ask.push(opening, closing)
    context = prose.slice(1, -1).join('\n')
    context = `${first.slice(opening.length)}\n${context}`
  }
  const bullets = ask.length < prose.length ? countBullets(prose) : 0
  const options = choices.map((line) => line.text).join('\n')
  return {
    ask,
    isPicked: length > shortProse,
    context: `${context.slice(-mostContext)}\n${options.slice(0, mostContext)}`,
    hasCode,
    hasData,
    hasPassage: hasQuote || length > shortProse,
    choices: choices.length,
    bullets,
  }
}

function countBullets(lines: readonly string[]): number {
  let count = 0
  for (const line of lines) {
    const trimmed = line.trimStart()
    const first = trimmed.charCodeAt(0)
    if ((first === 45 || first === 42 || first === 0x2022) && trimmed.charCodeAt(1) === 32) count += 1
    else if (first >= 48 && first <= 57 && isOneOf(trimmed.charCodeAt(1), '.)')) count += 1
  }
  return count
}

/** The first sentences of a long line. */
function headOf(line: string): string {
  const end = lastSentenceEnd(line, sentenceReach)
  return line.slice(0, end === 0 ? sentenceReach : end)
}

/** The last two sentences of a long line, or what fits of them. */
function tailOf(line: string): string {
  const tail = line.slice(-sentenceReach)
  let ends = 0
  for (let at = tail.length - 4; at >= 0; at -= 1) {
    if (!endsSentence(tail, at)) continue
    ends += 1
    if (ends === 2) return tail.slice(at + 1)
  }
  return tail
}

function lastSentenceEnd(line: string, reach: number): number {
  for (let at = Math.min(reach, line.length) - 1; at > 12; at -= 1) if (endsSentence(line, at)) return at + 1
  return 0
}

function endsSentence(line: string, at: number): boolean {
  const unit = line.charCodeAt(at)
  if (unit === 0x3002 || unit === 0xff1f || unit === 0xff01 || unit === 0x964) return true
  return isOneOf(unit, '.?!؟') && line.charCodeAt(at + 1) === 32
}
