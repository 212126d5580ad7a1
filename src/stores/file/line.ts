// The lines of a journal: each carries its length and its checksum, so that a torn or damaged one is known as such.

import { crc32 } from 'node:zlib'
import type { Change, StatePart } from '../change.js'

/** What a line says: a segment begins with a head and the state of the books then, and goes on with changes. */
export type Line =
  | { readonly head: { readonly format: 1; readonly parts: number } }
  | { readonly part: StatePart }
  | { readonly change: Change }

/** How the lines of records begin, which are looked for among others without parsing those. */
export const passedOver = [
  '{"part":',
  '{"head":',
  '{"change":{"kind":"admit"',
  '{"change":{"kind":"text"',
] as const

/** The line as it stands in the file, with its end. */
export function encodeLine(line: Line): string {
  const text = JSON.stringify(line)
  return `${crc32(text).toString(16).padStart(8, '0')} ${Buffer.byteLength(text)} ${text}\n`
}

/** What was found in a stretch of a journal. */
export interface Scan {
  /** The texts of the lines that are whole, in order. */
  readonly texts: readonly string[]
  /** Behind the last whole line: what is there, a write has left unfinished. */
  readonly end: number
  /** Lines that are not whole although whole ones follow, and their bytes. */
  readonly damagedLines: number
  readonly damagedBytes: number
}

/** The byte that ends a line. */
export const newline = 10
const space = 32

/** Reads all whole lines of a stretch that begins where a line begins. Nothing in it can make it throw. */
export function scanLines(bytes: Buffer): Scan {
  const texts: string[] = []
  let [end, damagedLines, damagedBytes] = [0, 0, 0]
  let badLines = 0
  for (let at = 0; at < bytes.length; ) {
    if (bytes[at] === newline) {
      at += 1
      if (badLines === 0) end = at
      continue
    }
    const text = wholeLineAt(bytes, at)
    if (text === undefined) {
      badLines += 1
      const next = bytes.indexOf(newline, at)
      at = next === -1 ? bytes.length : next + 1
      continue
    }
    damagedLines += badLines
    damagedBytes += badLines === 0 ? 0 : at - end
    badLines = 0
    texts.push(text.text)
    // The next line begins one byte on, also where that byte is damaged and ends no line any more.
    at = Math.min(bytes.length, text.end + 1)
    end = at
  }
  return { texts, end, damagedLines, damagedBytes }
}

/** What a line says. Only for texts that `scanLines` has found whole. */
export function decodeLine(text: string): Line {
  return JSON.parse(text) as Line // its checksum was right, so that it is what encodeLine wrote
}

function wholeLineAt(bytes: Buffer, at: number): { readonly text: string; readonly end: number } | undefined {
  if (bytes[at + 8] !== space) return undefined
  const afterLength = bytes.indexOf(space, at + 9)
  if (afterLength === -1 || afterLength - at > 24) return undefined
  const [checksum, length] = bytes.toString('latin1', at, afterLength).split(' ')
  if (checksum === undefined || length === undefined || !/^[1-9]\d*$/.test(length)) return undefined
  const end = afterLength + 1 + Number(length)
  if (end > bytes.length) return undefined
  const body = bytes.subarray(afterLength + 1, end)
  if (crc32(body).toString(16).padStart(8, '0') !== checksum) return undefined
  return { text: body.toString('utf8'), end }
}
