// Reads the usage records of a journal, archive included, newest first, and never more than a stretch of it at once.

import { type FileHandle, open } from 'node:fs/promises'
import type { UsageRecord } from '../../core/usage-record.js'
import { decodeLine, passedOver, scanLines } from './line.js'
import { listSegments, segmentPath } from './segments.js'

/** How much is read at once, unless a single line is longer. */
const stretchBytes = 256 * 1_024

/** The records up to a place in a journal, newest first. */
export async function* readRecords(
  directory: string,
  newest: { readonly segment: number; readonly length: number },
): AsyncGenerator<UsageRecord> {
  // The ids of corrections whose expiry, further back, wrote what does not hold any more.
  const corrected = new Set<string>()
  const numbers = (await listSegments(directory)).filter((number) => number <= newest.segment)
  for (const number of numbers.reverse()) {
    const handle = await open(segmentPath(directory, number), 'r')
    try {
      const length = number === newest.segment ? newest.length : (await handle.stat()).size
      for await (const texts of readBackwards(handle, length)) {
        for (const text of texts.reverse()) {
          if (passedOver.some((beginning) => text.startsWith(beginning))) continue
          const line = decodeLine(text)
          if (!('change' in line) || line.change.kind === 'admit' || line.change.kind === 'text') continue
          const { kind, id, record } = line.change
          if (kind === 'correct') corrected.add(id)
          if (kind === 'expire' && corrected.delete(id)) continue
          if (record !== undefined) yield record
        }
      }
    } finally {
      await handle.close()
    }
  }
}

/** The whole lines of a file, in stretches from its end to its beginning, in order within a stretch. */
async function* readBackwards(handle: FileHandle, length: number): AsyncGenerator<string[]> {
  let size = stretchBytes
  for (let end = length; end > 0; ) {
    const start = Math.max(0, end - size)
    const bytes = await readStretch(handle, start, end)
    // Only at the beginning of the file is it sure that a line begins where the stretch does.
    const begin = start === 0 ? 0 : bytes.indexOf('\n') + 1
    if (begin === 0 && start > 0) {
      size *= 2
      continue
    }
    yield [...scanLines(bytes.subarray(begin)).texts]
    // A stretch whose only end of line is its last byte holds no whole line: the next one must be longer.
    size = begin === bytes.length ? size * 2 : stretchBytes
    end = start + begin
  }
}

async function readStretch(handle: FileHandle, start: number, end: number): Promise<Buffer> {
  const bytes = Buffer.alloc(end - start)
  for (let filled = 0; filled < bytes.length; ) {
    const { bytesRead } = await handle.read(bytes, filled, bytes.length - filled, start + filled)
    if (bytesRead === 0) return bytes.subarray(0, filled)
    filled += bytesRead
  }
  return bytes
}
