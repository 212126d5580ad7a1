// Reads what a report needs from the directory of a file store: only reads, asks for no lock, and a writer may go on.

import { readFile, stat } from 'node:fs/promises'
import { ByokError } from '../core/errors.js'
import { textOf } from '../core/safe-text.js'
import { decodeLine, type Line, scanLines } from '../stores/file/line.js'
import { readRecords } from '../stores/file/read-records.js'
import { listSegments, segmentPath } from '../stores/file/segments.js'
import { BooksReader } from './journal-books.js'
import type { ReportBooks, ReportSource } from './report.js'

/**
 * The journal in a directory as it stands now; what is written later does not show. Rejects with `config`, in words for
 * people, where there is none, or one that cannot be read.
 */
export async function openJournal(directory: string): Promise<ReportSource> {
  const numbers = await segmentsIn(directory)
  const segment = numbers.at(-1)
  if (segment === undefined) {
    const hint = 'The files of a file store are called journal-000000001.log and so on.'
    throw unreadable(`There is no journal in "${directory}". ${hint}`)
  }
  const { size: length } = await stat(segmentPath(directory, segment))
  return {
    records: readRecords(directory, { segment, length }),
    books: (asOf) => readBooks(directory, numbers, length, asOf),
  }
}

/** Reads segment by segment, so that no more than one of them is in memory. */
async function readBooks(
  directory: string,
  numbers: readonly number[],
  newestLength: number,
  asOf: number,
): Promise<ReportBooks> {
  const reader = new BooksReader(asOf)
  let [wholeLines, damagedLines] = [0, 0]
  for (const number of numbers) {
    const file = await readFile(segmentPath(directory, number))
    const scan = scanLines(number === numbers.at(-1) ? file.subarray(0, newestLength) : file)
    wholeLines += scan.texts.length
    damagedLines += scan.damagedLines
    const lines = scan.texts.map(decodeLine)
    checkFormat(lines[0], segmentPath(directory, number))
    reader.readSegment(lines)
  }
  if (wholeLines === 0) throw unreadable(`The journal in "${directory}" holds no whole line.`)
  return { budgets: reader.budgets(), underWay: reader.underWay(), damagedLines }
}

async function segmentsIn(directory: string): Promise<readonly number[]> {
  try {
    return await listSegments(directory)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'ENOENT') throw unreadable(`There is no directory "${directory}".`)
    if (code === 'ENOTDIR') throw unreadable(`"${directory}" is no directory.`)
    throw unreadable(`"${directory}" cannot be read: ${textOf(error)}`)
  }
}

function checkFormat(first: Line | undefined, path: string): void {
  if (first === undefined || !('head' in first)) return
  const format: number = first.head.format
  if (format !== 1) throw unreadable(`"${path}" was written by a newer version: its format is ${format}.`)
}

function unreadable(message: string): ByokError {
  return new ByokError('config', message)
}
