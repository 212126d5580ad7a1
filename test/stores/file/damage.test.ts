// Cuts and damages journals, and reads what is left of them.
import { copyFileSync, mkdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileStore, readLedger } from 'byok-handler/stores/file'
import { beforeAll, describe, expect, it } from 'vitest'
import { Books } from '../../../src/stores/books.js'
import { charge, claim, day, holdOf, recordOf, recordsOf } from '../../../src/stores/conformance/world.js'
import { decodeLine, encodeLine, scanLines } from '../../../src/stores/file/line.js'
import { listSegments, loadJournal, segmentPath } from '../../../src/stores/file/segments.js'
import { freshDirectory } from '../directory.js'

const longAgo = 1_767_225_600_000

/** The books as text, so that they can be compared. */
function textOf(books: Books): string {
  return JSON.stringify([...books.state()])
}

/** The lines of a journal with all kinds of changes, its beginning included. */
function sampleLines(): string[] {
  const lines: string[] = []
  const books = new Books((change) => lines.push(encodeLine({ change })))
  const parts = [...books.state()].map((part) => encodeLine({ part }))
  lines.push(encodeLine({ head: { format: 1, parts: parts.length } }), ...parts)
  const small = { record: { requestId: 'r', tags: ['é😀'] } }
  books.set('keys', 'a', 'one')
  for (let index = 0; index < 4; index++) {
    const rates = [{ key: 'calls/acme', limit: 9, windowMs: 60_000, amount: 1 }]
    books.admit(
      holdOf(`h${index}`, { claims: [claim(1_000, 100)], rates, ttlMs: 1_000, ...small }),
      longAgo + index,
    )
  }
  books.commit('h0', { claims: [40], rates: [1] }, recordOf('h0', small.record), longAgo + 10)
  books.release('h1', undefined, longAgo + 11)
  books.expireDue(longAgo + 5_000)
  books.commit('h2', { claims: [70], rates: [1] }, recordOf('h2', small.record), longAgo + 5_001)
  books.delete('keys', 'a')
  return lines
}

/** What the books are after so many lines. */
function booksAfter(lines: readonly string[]): string {
  const books = new Books(() => {})
  for (const text of scanLines(Buffer.from(lines.join(''))).texts) {
    const line = decodeLine(text)
    if ('part' in line) books.restore(line.part)
    if ('change' in line) books.apply(line.change)
  }
  return textOf(books)
}

describe('a journal that is cut', () => {
  it('D4: at every byte, it loads with every line that is whole, and only the torn one is gone', async () => {
    const directory = freshDirectory()
    const lines = sampleLines()
    const bytes = Buffer.from(lines.join(''))
    expect(bytes.length).toBeLessThan(64 * 1_024)
    expect(lines.length).toBeGreaterThan(12)
    const path = segmentPath(directory, 1)
    writeFileSync(path, bytes)
    const ends = lines.map((_, index) => Buffer.byteLength(lines.slice(0, index + 1).join('')))
    const expected = [booksAfter([]), ...lines.map((_, index) => booksAfter(lines.slice(0, index + 1)))]
    for (let length = bytes.length; length >= 0; length--) {
      truncateSync(path, length)
      const loaded = await loadJournal(directory, () => {})
      // A line that has lost nothing but its end is whole.
      const whole = ends.filter((end) => end - 1 <= length).length
      expect(textOf(loaded!.books)).toBe(expected[whole])
      expect(loaded!.end).toBe(Math.min(length, whole === 0 ? 0 : ends[whole - 1]!))
      expect(loaded!.damagedLines).toBe(0)
    }
  })

  it('D4: it is opened, says how much was torn off, and goes on', async () => {
    const lines = sampleLines()
    const bytes = Buffer.from(lines.join(''))
    for (let length = bytes.length - 1; length > 0; length -= 397) {
      const directory = freshDirectory()
      writeFileSync(segmentPath(directory, 1), bytes.subarray(0, length))
      const store = fileStore({ directory, sync: 'os' })
      const { end } = scanLines(bytes.subarray(0, length))
      expect(await store.recovery()).toMatchObject({ tornBytes: length - end, damagedLines: 0 })
      const [before] = await store.readCounters([day])
      await store.admit(holdOf('next'))
      await store.commit('next', charge(7), recordOf('next'))
      await store.close()
      const again = fileStore({ directory, sync: 'os' })
      expect(await again.recovery()).toEqual({ tornBytes: 0, damagedLines: 0, damagedBytes: 0, cameHome: 0 })
      expect(await again.readCounters([day])).toEqual([{ committed: before!.committed + 7, held: 0 }])
      expect((await recordsOf(again, {}))[0]?.id).toBe('next')
      await again.close()
    }
  })
})

describe('a journal with a flipped bit', () => {
  const lines = sampleLines()
  const bytes = Buffer.from(lines.join(''))
  let random = 7
  const below = (limit: number): number => {
    random = (Math.imul(random, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((random / 2 ** 32) * limit)
  }

  it('D4: loses the line it is in, and no other, wherever it is', () => {
    for (let sample = 0; sample < 3_000; sample++) {
      const at = below(bytes.length)
      const damaged = Buffer.from(bytes)
      damaged[at]! ^= 1 << below(8)
      const hit = lines.findIndex((_, index) => Buffer.byteLength(lines.slice(0, index + 1).join('')) > at)
      const isEnd = bytes[at] === 10
      const { texts, damagedLines, damagedBytes, end } = scanLines(damaged)
      const left = lines.filter((_, index) => isEnd || index !== hit)
      expect(texts).toEqual(left.map((line) => line.slice(line.indexOf('{'), -1)))
      const isLast = hit === lines.length - 1
      expect(damagedLines > 0).toBe(!isEnd && !isLast)
      expect(damagedBytes > 0).toBe(!isEnd && !isLast)
      expect(end < damaged.length).toBe(!isEnd && isLast)
    }
  })

  it('D4: is opened, says what is lost, keeps what a settlement charged though its hold is lost, and is clean after that', async () => {
    for (let index = 2; index < lines.length - 1; index++) {
      const directory = freshDirectory()
      const start = Buffer.byteLength(lines.slice(0, index).join(''))
      const damaged = Buffer.from(bytes)
      damaged[start + 40]! ^= 4
      writeFileSync(segmentPath(directory, 1), damaged)
      const reports: unknown[] = []
      const store = fileStore({ directory, sync: 'os', onRecovery: (report) => reports.push(report) })
      expect(await store.recovery()).toMatchObject({
        damagedLines: 1,
        damagedBytes: Buffer.byteLength(lines[index]!),
      })
      expect(reports).toEqual([await store.recovery()])
      const [counter] = await store.readCounters([day])
      // 40 and 70 were committed, 0 released, 100 charged to what expired; the line with a commit is made up for by the bound.
      expect([210, 270, 310, 240]).toContain(counter!.committed)
      expect(counter!.held).toBe(0)
      await store.close()
      const again = fileStore({ directory, sync: 'os' })
      expect(await again.recovery()).toEqual({ tornBytes: 0, damagedLines: 0, damagedBytes: 0, cameHome: 0 })
      expect(await again.readCounters([day])).toEqual([counter])
      await again.close()
    }
  })
})

describe('a journal of several segments', () => {
  let template: string
  const attempts = 60

  async function build(directory: string): Promise<void> {
    const store = fileStore({ directory, sync: 'os', segmentBytes: 4_096 })
    await store.set('limits', 'budgets', 'x')
    for (let index = 0; index < attempts; index++) {
      await store.admit(holdOf(`h${index}`, { limitsVersion: 1 }))
      await store.commit(`h${index}`, charge(index), recordOf(`h${index}`, { cost: index }))
    }
    await store.close()
  }

  const total = (attempts * (attempts - 1)) / 2

  beforeAll(async () => {
    template = freshTemplate()
    await build(template)
    return () => rmSync(template, { recursive: true, force: true })
  })

  function freshTemplate(): string {
    const directory = `${process.env.TMPDIR ?? '/tmp'}/byok-template-${process.pid}`
    mkdirSync(directory, { recursive: true })
    return directory
  }

  /** A copy of it, without the segments that are not wanted. */
  async function copy(isWanted: (number: number, newest: number) => boolean = () => true): Promise<string> {
    const directory = freshDirectory()
    const numbers = await listSegments(template)
    for (const number of numbers) {
      if (isWanted(number, numbers.length))
        copyFileSync(segmentPath(template, number), segmentPath(directory, number))
    }
    return directory
  }

  it('US3: reads records and ledger over all of them, and none is written twice', async () => {
    const directory = await copy()
    expect((await listSegments(directory)).length).toBeGreaterThan(4)
    const store = fileStore({ directory })
    const expected = Array.from({ length: attempts }, (_, index) => `h${attempts - 1 - index}`)
    expect((await recordsOf(store, {})).map(({ id }) => id)).toEqual(expected)
    expect((await recordsOf(store, { outcome: 'failure' })).length).toBe(0)
    const sequences: number[] = []
    for await (const { sequence } of readLedger(directory)) sequences.push(sequence)
    expect(sequences).toEqual(Array.from({ length: 2 * attempts }, (_, index) => index + 1))
    await store.close()
  })

  it('needs no archive to count on: old segments can be moved away', async () => {
    const directory = await copy((number, newest) => number === newest)
    const store = fileStore({ directory })
    expect(await store.readCounters([day])).toEqual([{ committed: total, held: 0 }])
    expect((await store.commit('h0', charge(1), recordOf('h0'))).outcome).toBe('repeated')
    expect(await store.get('limits', 'budgets')).toEqual({ value: 'x', version: 1 })
    await store.close()
  })

  it('D4: is put together from the segment before where the beginning of the newest is cut or damaged', async () => {
    const directory = await copy()
    const numbers = await listSegments(directory)
    const path = segmentPath(directory, numbers.at(-1)!)
    const whole = readFileSync(path)
    const head = scanLines(whole).texts.findIndex((text) => text.startsWith('{"change"'))
    expect(head).toBeGreaterThan(2)
    const headBytes = whole.indexOf('{"change"')
    for (let length = 0; length < headBytes; length += 211) {
      writeFileSync(path, whole.subarray(0, length))
      const loaded = await loadJournal(directory, () => {})
      const before = (await ledgerTotal(directory)).committed
      expect(loaded!.books.readCounters([day], 0)).toEqual([{ committed: before, held: 0 }])
      expect(loaded!.needsNew).toBe(true)
    }
    const damaged = Buffer.from(whole)
    damaged[120]! ^= 1
    writeFileSync(path, damaged)
    const store = fileStore({ directory })
    expect((await store.recovery()).damagedLines).toBe(1)
    expect(await store.readCounters([day])).toEqual([{ committed: total, held: 0 }])
    await store.close()
  })

  it('D4: a segment that was begun and has no name yet is not there', async () => {
    const directory = await copy()
    const newest = (await listSegments(directory)).at(-1)!
    writeFileSync(`${segmentPath(directory, newest + 1)}.tmp`, 'half a line')
    const store = fileStore({ directory })
    expect(await store.recovery()).toMatchObject({ tornBytes: 0, damagedLines: 0 })
    expect(await store.readCounters([day])).toEqual([{ committed: total, held: 0 }])
    expect(() => statSync(`${segmentPath(directory, newest + 1)}.tmp`)).toThrow()
    await store.close()
  })

  it('I5: a correction replaces the record of an expiry in an older segment', async () => {
    const directory = freshDirectory()
    const first = fileStore({ directory, sync: 'os', segmentBytes: 4_096 })
    await first.admit(holdOf('late'))
    await first.admit(holdOf('never sent'))
    await first.close()
    const store = fileStore({ directory, sync: 'os', segmentBytes: 4_096 })
    for (let index = 0; index < 20; index++) {
      await store.admit(holdOf(`h${index}`))
      await store.commit(`h${index}`, charge(1), recordOf(`h${index}`))
    }
    expect((await store.commit('late', charge(50), recordOf('late', { cost: 50 }))).outcome).toBe('corrected')
    expect((await store.release('never sent')).outcome).toBe('corrected')
    const records = await recordsOf(store, {})
    expect((await listSegments(directory)).length).toBeGreaterThan(2)
    expect(records.map(({ id }) => id)).toEqual([
      'late',
      ...Array.from({ length: 20 }, (_, index) => `h${19 - index}`),
    ])
    expect(records[0]?.outcome).toBe('success')
    expect(await store.readCounters([day])).toEqual([{ committed: 70, held: 0 }])
    await store.close()
  })

  async function ledgerTotal(directory: string): Promise<{ committed: number }> {
    let committed = 0
    for await (const { changes } of readLedger(directory))
      for (const change of changes) committed += change.committed
    return { committed }
  }
})

it('keeps its files to itself', async () => {
  const directory = join(freshDirectory(), 'new')
  const store = fileStore({ directory })
  await store.set('keys', 'a', 'secret')
  if (process.platform !== 'win32') {
    expect(statSync(directory).mode & 0o777).toBe(0o700)
    expect(statSync(segmentPath(directory, 1)).mode & 0o777).toBe(0o600)
    expect(statSync(join(directory, 'lock-1')).mode & 0o777).toBe(0o600)
  }
  await store.close()
})
