// The segments of a journal: numbered files, of which the newest is written, and the older ones are the archive.

import { type FileHandle, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Books, type ChangeListener } from '../books.js'
import type { StatePart } from '../change.js'
import { decodeLine, encodeLine, type Line, newline, scanLines } from './line.js'

/** The path of a segment. */
export function segmentPath(directory: string, number: number): string {
  return join(directory, `journal-${String(number).padStart(9, '0')}.log`)
}

/** The numbers of all segments, rising. */
export async function listSegments(directory: string): Promise<number[]> {
  const numbers = (await readdir(directory)).flatMap((name) => /^journal-(\d{9})\.log$/.exec(name)?.[1] ?? [])
  return numbers.map(Number).sort((a, b) => a - b)
}

/**
 * Writes a segment that begins with these books, and opens it. It is there whole or not at all: what is written is synced
 * before the file gets its name, and the directory after that. Without `isSynced`, a power cut may leave it broken; then it
 * is made up for from the segment before. Tells how long it is.
 */
export async function createSegment(
  directory: string,
  number: number,
  parts: readonly string[],
  isSynced: boolean,
): Promise<{ readonly handle: FileHandle; readonly length: number }> {
  const path = segmentPath(directory, number)
  const draft = `${path}.tmp`
  await rm(draft, { force: true })
  const handle = await open(draft, 'wx+', 0o600)
  let isNamed = false
  try {
    const bytes = Buffer.from(encodeLine({ head: { format: 1, parts: parts.length } }) + parts.join(''))
    await writeAll(handle, bytes, 0)
    if (isSynced) await handle.datasync()
    await rename(draft, path)
    isNamed = true
    if (isSynced) await syncDirectory(directory)
    return { handle, length: bytes.length }
  } catch (error) {
    await handle.close().catch(() => {})
    if (!isNamed) await rm(draft, { force: true }).catch(() => {})
    throw isNamed ? new NamedSegmentError(error) : error
  }
}

/** The new segment has its name, but whether the directory keeps that is not sure: the old one must not be written any more. */
export class NamedSegmentError extends Error {
  constructor(cause: unknown) {
    super('The directory of the journal could not be synced.', { cause })
  }
}

/** The books as lines for the beginning of a segment. */
export function encodeState(state: Iterable<StatePart>): string[] {
  return Array.from(state, (part) => encodeLine({ part }))
}

/** Writes all of it, however little the system takes at once. */
export async function writeAll(handle: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let written = 0; written < bytes.length; ) {
    const { bytesWritten } = await handle.write(bytes, written, bytes.length - written, position + written)
    written += bytesWritten
  }
}

/** Makes the names in a directory outlast a power cut. */
export async function syncDirectory(directory: string): Promise<void> {
  // Windows cannot open a directory, and keeps names without being asked.
  if (process.platform === 'win32') return
  const handle = await open(directory, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** What a journal held when it was opened. */
export interface LoadedJournal {
  readonly books: Books
  /** The newest segment. */
  readonly segment: number
  /** How much of the newest segment is whole, and how much stands in the file. */
  readonly end: number
  readonly fileLength: number
  /** The last whole line lacks its end. */
  readonly lacksNewline: boolean
  readonly damagedLines: number
  readonly damagedBytes: number
  /** The newest segment should not be gone on with: its beginning is not whole, or lines in it are damaged. */
  readonly needsNew: boolean
}

/**
 * Reads the books from the newest segment. Where the state at its beginning is damaged, it is put together from the
 * segments before. Of the segment that `known` names no more counts than it says.
 */
export async function loadJournal(
  directory: string,
  onChange: ChangeListener,
  known?: { readonly segment: number; readonly length: number },
): Promise<LoadedJournal | undefined> {
  const numbers = await listSegments(directory)
  const newest = numbers.at(-1)
  if (newest === undefined) return undefined
  const behind: Line[][] = []
  let [end, fileLength, damagedLines, damagedBytes] = [0, 0, 0, 0]
  let [needsNew, lacksNewline] = [false, false]
  for (const number of numbers.toReversed()) {
    const file = await readFile(segmentPath(directory, number))
    const bytes = number === known?.segment ? file.subarray(0, known.length) : file
    const scan = scanLines(bytes)
    if (number === newest) {
      ;[end, fileLength] = [scan.end, file.length]
      lacksNewline = end > 0 && bytes[end - 1] !== newline
    }
    damagedLines += scan.damagedLines
    damagedBytes += scan.damagedBytes
    const lines = scan.texts.map(decodeLine)
    behind.push(lines)
    if (beginsWhole(lines)) break
    needsNew = true
  }
  const books = new Books(onChange)
  const [first = [], ...others] = behind.reverse()
  for (const line of first) if ('part' in line) books.restore(line.part)
  for (const line of [...first, ...others.flat()]) if ('change' in line) books.apply(line.change)
  needsNew ||= damagedLines > 0
  return { books, segment: newest, end, fileLength, lacksNewline, damagedLines, damagedBytes, needsNew }
}

/** Removes what an unfinished `createSegment` has left. */
export async function removeDrafts(directory: string): Promise<void> {
  for (const name of await readdir(directory)) {
    if (/^journal-\d{9}\.log\.tmp$/.test(name)) await rm(join(directory, name), { force: true })
  }
}

function beginsWhole(lines: readonly Line[]): boolean {
  const [first] = lines
  if (first === undefined || !('head' in first)) return false
  return lines.filter((line) => 'part' in line).length === first.head.parts
}
