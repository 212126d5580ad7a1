// What is seen of one turn: what is asked, read word by word, and what lies beside it.

import { type Findings, noFindings } from './findings.js'
import { Lexicon, type Meaning, meanings } from './lexicon.js'
import { takeApart } from './material.js'
import { Scanner } from './scan.js'

/** How often each meaning occurs in what is asked. */
export type Tally = Readonly<Record<Meaning, number>>

/** A turn, read. */
export interface Sight extends Readonly<Findings> {
  readonly tally: Tally
  readonly hasCode: boolean
  readonly hasData: boolean
  readonly hasPassage: boolean
  readonly choices: number
  readonly bullets: number
  /** Lines of code inside the question itself: `like this`. */
  readonly inlineCode: number
}

const textOperations: readonly Meaning[] = ['translate', 'polishText', 'summarise', 'extract', 'convert']
/** Words that nearly only an order or a question holds. */
const orders: readonly Meaning[] = [
  ...textOperations,
  'explain',
  'compare',
  'write',
  'why',
  'solve',
  'proof',
  'analyse',
  'debug',
  'rework',
  'review',
  'design',
  'conflict',
  'recommend',
]
/** A colon further in than this ends no order to do something with the text behind it. */
const longestOrder = 160
/** A quotation of this length is material; a shorter one is a name or a term. */
const shortestQuotation = 20

/** Reads turns. */
export class Reader {
  readonly #scanner = new Scanner(new Lexicon())
  readonly #nothing = Object.fromEntries(meanings.map((meaning) => [meaning, 0])) as Record<Meaning, number> // one for each
  readonly #operations = textOperations.map((meaning) => meanings.indexOf(meaning))
  readonly #orders = orders.map((meaning) => meanings.indexOf(meaning))

  /** Reads a turn. */
  read(text: string): Sight {
    const parts = takeApart(text)
    const findings = noFindings()
    const quoted: string[] = []
    const code = { count: 0 }
    const lines = parts.ask.map((line) => withoutQuotations(line, quoted, code))
    const asked = parts.isPicked ? this.#pick(lines, quoted) : lines
    const hasText = this.#readAsk(asked, findings)
    const isTaken = quoted.length > 0
    for (const quotation of quoted) this.#scanner.read(quotation.slice(0, 400), findings, false)
    this.#scanner.read(parts.context, findings, false)
    const tally = { ...this.#nothing }
    for (let place = 0; place < meanings.length; place += 1) {
      const count = findings.counts[place] ?? 0
      if (count > 0) tally[meanings[place] as Meaning] = count // a place of the list
    }
    return {
      ...findings,
      tally,
      hasCode: parts.hasCode,
      hasData: parts.hasData,
      hasPassage: parts.hasPassage || hasText || isTaken,
      choices: parts.choices,
      bullets: parts.bullets,
      inlineCode: code.count,
    }
  }

  /** Of the two ends of a long text, leaves out the one that asks nothing where the other one does. */
  #pick(lines: readonly string[], passages: string[]): readonly string[] {
    const [opening = '', closing = ''] = lines
    const isOpeningAsk = this.#asks(opening)
    const isClosingAsk = this.#asks(closing)
    if (isOpeningAsk === isClosingAsk && opening.length <= longestOrder) return lines
    const isClosing = isClosingAsk && closing.trim() !== ''
    passages.push(isClosing ? opening : closing)
    return [isClosing ? closing : opening]
  }

  #asks(line: string): boolean {
    const findings = noFindings()
    this.#scanner.read(line, findings, true)
    if (findings.questionMarks > 0) return true
    return this.#orders.some((place) => (findings.counts[place] ?? 0) > 0)
  }

  /** Reads what is asked; gives whether a text to work on stands beside it. */
  #readAsk(lines: readonly string[], findings: Findings): boolean {
    const first = lines.findIndex((line) => line.trim() !== '')
    if (first === -1) return false
    const opening = lines[first] ?? ''
    const colon = firstColon(opening)
    const order = colon === -1 ? opening : opening.slice(0, colon + 1)
    const rest = [colon === -1 ? '' : opening.slice(colon + 1), ...lines.slice(first + 1)].filter(
      (line) => line.trim() !== '',
    )
    const closing =
      rest.length > 0 && rest[rest.length - 1] !== opening.slice(colon + 1) ? rest.pop() : undefined
    this.#scanner.read(order, findings, true)
    if (order.length <= longestOrder && this.#isOperation(findings)) {
      if (closing !== undefined) rest.push(closing)
      for (const line of rest) this.#scanner.read(`\n${line}`, findings, false)
      return rest.length > 0
    }
    if (closing !== undefined && closing.length <= longestOrder) {
      const ending = noFindings()
      this.#scanner.read(closing, ending, true)
      if (this.#isOperation(ending)) {
        // What stands above "translate this" is what is to be translated.
        Object.assign(findings, ending)
        for (const line of rest) this.#scanner.read(`\n${line}`, findings, false)
        return true
      }
    }
    if (closing !== undefined) rest.push(closing)
    for (const line of rest) this.#scanner.read(`\n${line}`, findings, true)
    return false
  }

  #isOperation(findings: Findings): boolean {
    return this.#operations.some((place) => (findings.counts[place] ?? 0) > 0)
  }
}

function firstColon(line: string): number {
  for (let at = 0; at < line.length && at <= longestOrder; at += 1) {
    const unit = line.charCodeAt(at)
    if (unit === 0xff1a || (unit === 58 && line.charCodeAt(at + 1) !== 47)) return at
  }
  return -1
}

/** What closes a quotation that begins with this sign; empty where none begins. */
function closersOf(unit: number): string {
  switch (unit) {
    case 34:
      return '"'
    case 96:
      return '`'
    case 0xab: // «
      return '»'
    case 0xbb: // »
      return '«'
    case 0x201c: // “
      return '”'
    case 0x201e: // „
      return '“”'
    case 0x300c: // 「
      return '」'
    case 0x300e: // 『
      return '』'
    default:
      return ''
  }
}

/** Takes longer quotations, and code between backticks, out of a line. */
function withoutQuotations(line: string, quoted: string[], code: { count: number }): string {
  let kept = ''
  let from = 0
  let at = 0
  while (at < line.length) {
    const opener = line.charCodeAt(at)
    const closers = closersOf(opener)
    const end = closers === '' ? -1 : firstOf(line, closers, at + 1)
    if (end === -1) {
      at += 1
      continue
    }
    const isCode = opener === 96
    if (isCode) code.count += 1
    if (isCode || end - at > shortestQuotation || (isWide(line, at + 1) && end - at > 8)) {
      kept += `${line.slice(from, at)} `
      if (!isCode) quoted.push(line.slice(at + 1, end))
      from = end + 1
    }
    at = end + 1
  }
  return kept + line.slice(from)
}

/** A quotation does not go on for longer than this; without the bound, openers alone would make the search quadratic. */
const longestQuotation = 600

function firstOf(line: string, closers: string, from: number): number {
  const end = Math.min(line.length, from + longestQuotation)
  for (let at = from; at < end; at += 1) if (closers.includes(line.charAt(at))) return at
  return -1
}

function isWide(line: string, at: number): boolean {
  return line.charCodeAt(at) >= 0x3040
}
