// What a report reads from a journal: records and budgets, whatever has become of its files.

import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openJournal } from '../../src/cli/journal.js'
import { buildReport, type ReportBooks } from '../../src/cli/report.js'
import type { UsageRecord } from '../../src/core/usage-record.js'
import { encodeLine, type Line, scanLines } from '../../src/stores/file/line.js'
import { freshDirectory } from '../stores/directory.js'
import { runApp } from './app.js'
import { journalStart, writeJournal } from './journals.js'

const hourMs = 3_600_000
const day = 24 * hourMs
const midnight = Date.UTC(2026, 10, 20)
const late = journalStart + 1_000 * day

interface Read extends ReportBooks {
  readonly records: readonly UsageRecord[]
}

async function read(directory: string, asOf = late): Promise<Read> {
  const source = await openJournal(directory)
  const records: UsageRecord[] = []
  for await (const record of source.records) records.push(record)
  return { records, ...(await source.books(asOf)) }
}

const segmentsOf = (directory: string): string[] =>
  readdirSync(directory)
    .filter((name) => name.endsWith('.log'))
    .sort()
    .map((name) => join(directory, name))

function rewrite(file: string, change: (line: Line) => Line): void {
  const lines = scanLines(readFileSync(file)).texts.map((text) => change(JSON.parse(text)))
  writeFileSync(file, lines.map(encodeLine).join(''))
}

describe('a journal', () => {
  it('US3: of a real app gives the sums and the budgets that its handler told', {
    timeout: 60_000,
  }, async () => {
    const directory = freshDirectory()
    // In the middle of an hour, and of a day in every zone of the budgets: which window is the last one must not be a matter of minutes.
    const until = Date.parse('2026-11-18T15:20:00Z')
    const options = { directory, requests: 120, days: 3, until, segmentBytes: 40_000 }
    const { usage, budgets } = await runApp(options)
    expect(segmentsOf(directory).length).toBeGreaterThan(3)
    const report = await buildReport(await openJournal(directory), {}, until)
    expect(report.total).toEqual(usage.total)
    expect(report.tenantModels).toEqual(usage.groups)
    expect(report.underWay).toBe(0)
    expect(usage.total.failures).toBeGreaterThan(0)
    const used = budgets.filter(({ spent }) => spent > 0)
    expect(used.length).toBeGreaterThan(2)
    for (const { scope, of = 'acme', measure, limit, spent } of used) {
      const isDollars = measure === 'usd'
      const shown = report.budgets.find((one) => one.scope === scope && (one.who.at(-1) ?? 'acme') === of)
      expect(shown?.limit).toBe(isDollars ? Math.round(limit * 1e9) : limit)
      expect(shown?.committed).toBe(isDollars ? Math.round(spent * 1e9) : spent)
      expect(shown?.points.at(-1)?.committed).toBe(shown?.committed)
    }
  })

  it('tells how a budget rose, in the latest window at the moment asked for', async () => {
    const directory = freshDirectory()
    const windows = ['2026-11-19', '2026-11-20'].map((date, at) => ({
      counter: `usd/tenant/acme/day/${date}@UTC`,
      endsAt: midnight + at * day,
    }))
    await writeJournal(directory, [
      { ...windows[0], limit: 5e9 },
      { ...windows[0], limit: 5e9, afterMs: hourMs },
      { ...windows[1], limit: 7e9, afterMs: day },
      // A commit that comes late belongs to a window that is over.
      { ...windows[0], limit: 5e9, afterMs: hourMs },
    ])
    const at = (hours: number, committed: number) => ({ at: journalStart + hours * hourMs, committed })
    expect((await read(directory)).budgets).toEqual([
      { ...windows[1], limit: 7e9, points: [at(25, 0), at(25, 1e9)] },
    ])
    expect((await read(directory, journalStart + 2 * hourMs)).budgets).toEqual([
      { ...windows[0], limit: 5e9, points: [at(0, 0), at(0, 1e9), at(1, 2e9)] },
    ])
  })

  it('knows the limit that holds now, also of a budget that only alerts', async () => {
    const directory = freshDirectory()
    const counter = 'usd/app//total/total'
    await writeJournal(directory, [
      { counter, limit: 5e9 },
      { counter, limit: 9e9 },
      {
        counter: 'usd/user/acme:ada/total/total',
        alerts: [
          { share: 0.5, at: 2e9 },
          { share: 1, at: 4e9 },
        ],
      },
      { counter: 'usd/user/acme:bob/total/total' },
    ])
    const { budgets } = await read(directory)
    expect(
      budgets.map(({ counter, limit, isOnlyMark }) => [counter.split('/')[2], limit, isOnlyMark]),
    ).toEqual([
      ['', 9e9, undefined],
      ['acme:ada', 4e9, true],
    ])
  })

  it('whose clock is ahead of ours is shown as it stands', async () => {
    const directory = freshDirectory()
    const counter = 'usd/app//day/2026-11-19@UTC'
    await writeJournal(directory, [{ counter, endsAt: midnight, limit: 5e9, afterMs: hourMs }])
    const report = await buildReport(await openJournal(directory), {}, journalStart)
    expect(report).toMatchObject({ asOf: journalStart + hourMs, budgets: [{ committed: 1e9 }] })
  })

  it('of an older version, whose lines do not tell limits, is read, and its alerts tell them', async () => {
    const directory = freshDirectory()
    const alerts = [{ share: 0.8, at: 4e9 }]
    await writeJournal(directory, [
      { limit: 5e9, alerts },
      { limit: 5e9, record: { tenant: 'globex' } },
    ])
    const [file = ''] = segmentsOf(directory)
    rewrite(file, (line) => {
      if (!('change' in line) || line.change.kind !== 'admit') return line
      const { hold } = line.change
      const claims = hold.claims.map(({ limit: _, ...claim }) => claim)
      return { change: { ...line.change, hold: { ...hold, claims } } }
    })
    const { budgets, records } = await read(directory)
    expect(budgets).toMatchObject([{ counter: 'usd/tenant/acme/day/2026-11-19@UTC', limit: 5e9 }])
    expect(records).toHaveLength(2)
    // The store goes on with it, too.
    await writeJournal(directory, [{ cost: 7 }])
    expect((await read(directory)).records).toHaveLength(3)
  })

  it('whose archive was taken away still tells how budgets stand', async () => {
    const directory = freshDirectory()
    const entries = Array.from({ length: 60 }, () => ({ limit: 100e9, afterMs: 1_000 }))
    await writeJournal(directory, entries, { segmentBytes: 4_096 })
    const whole = await read(directory)
    for (const file of segmentsOf(directory).slice(0, -2)) rmSync(file)
    const rest = await read(directory)
    expect(rest.records.length).toBeLessThan(whole.records.length)
    expect(rest.budgets[0]?.points.at(-1)).toEqual({ at: journalStart + 60_000, committed: 60e9 })
    expect(rest.budgets[0]?.points.length).toBeLessThan(whole.budgets[0]?.points.length ?? 0)
  })

  it('with thousands of rises keeps a few hundred, spread evenly, and the one that used it up', async () => {
    const directory = freshDirectory()
    const entries = Array.from({ length: 5_000 }, () => ({ limit: 3_333, cost: 1, afterMs: 1_000 }))
    const alertsOnly = entries.map(({ limit, ...rest }) => ({ ...rest, alerts: [{ share: 1, at: limit }] }))
    await writeJournal(directory, alertsOnly)
    const points = (await read(directory)).budgets[0]?.points ?? []
    expect(points.length).toBeLessThan(700)
    expect(points.at(-1)?.committed).toBe(5_000)
    expect(points.map(({ committed }) => committed)).toContain(3_333)
    const gaps = points.slice(1).map(({ at }, before) => at - (points[before]?.at ?? 0))
    expect(Math.max(...gaps)).toBeLessThan(20_000)
  })

  it('BU4: counts attempts that are not settled apart, and each once', async () => {
    const directory = freshDirectory()
    await writeJournal(directory, [{}, { isOpen: true }, { isOpen: true, record: { tenant: 'globex' } }])
    expect((await read(directory)).underWay.map(({ tenant }) => tenant)).toEqual(['acme', 'globex'])
    const source = await openJournal(directory)
    const report = await buildReport(source, { tenant: 'globex' }, late)
    expect(report).toMatchObject({ underWay: 1, total: { calls: 0 } })
    // Whoever opens the store brings them home.
    await writeJournal(directory, [{ cost: 3 }])
    const after = await read(directory)
    expect(after.underWay).toEqual([])
    expect(after.records.map(({ outcome }) => outcome)).toEqual([
      'success',
      'uncertain',
      'uncertain',
      'success',
    ])
  })

  it('with a piece of it lost takes no attempt for one that is under way', async () => {
    const directory = freshDirectory()
    const calm = Array.from({ length: 60 }, () => ({ afterMs: 20_000 }))
    // The first one comes home after ten minutes, in a segment that is lost.
    await writeJournal(directory, [{ isOpen: true }, ...calm], { segmentBytes: 4_096 })
    const files = segmentsOf(directory)
    for (const file of files.slice(1, -1)) rmSync(file)
    expect(files.length).toBeGreaterThan(4)
    expect((await read(directory)).underWay).toEqual([])
  })

  it('D4: cut off at any byte gives what was whole before', async () => {
    const directory = freshDirectory()
    await writeJournal(directory, [{ cost: 1 }, { cost: 2 }, { cost: 4 }, { cost: 8 }])
    const [file = ''] = segmentsOf(directory)
    const bytes = readFileSync(file)
    const cutDirectory = freshDirectory()
    const first = bytes.indexOf('\n') + 1
    for (let length = first; length <= bytes.length; length += 7) {
      writeFileSync(join(cutDirectory, 'journal-000000001.log'), bytes.subarray(0, length))
      const whole = bytes.subarray(0, length).toString().split('\n').slice(0, -1)
      const { records, damagedLines } = await read(cutDirectory)
      const commits = whole.filter((line) => line.includes('"kind":"commit"')).length
      // The last line may be whole without its end.
      expect(records.length - commits).toBeOneOf([0, 1])
      expect(damagedLines).toBe(0)
      expect(records.map(({ cost }) => cost).reverse()).toEqual([1, 2, 4, 8].slice(0, records.length))
    }
  })

  it('D4: with damage in its middle gives all else, and says so', async () => {
    const directory = freshDirectory()
    await writeJournal(directory, [{ cost: 1 }, { cost: 2 }, { cost: 4 }])
    const [file = ''] = segmentsOf(directory)
    const bytes = readFileSync(file)
    const at = bytes.indexOf(
      '"cost":2,"savings"',
      bytes.indexOf('"kind":"commit"', bytes.indexOf('"cost":2')),
    )
    bytes[at + 8] = (bytes[at + 8] ?? 0) ^ 1
    writeFileSync(file, bytes)
    const { records, damagedLines } = await read(directory)
    expect(records.map(({ cost }) => cost)).toEqual([4, 1])
    expect(damagedLines).toBe(1)
  })

  it('may have anything else beside it, and half a segment under its other name', async () => {
    const directory = freshDirectory()
    await writeJournal(directory, [{}])
    mkdirSync(join(directory, 'notes'))
    for (const name of ['lock-1', 'journal-000000002.log.tmp', 'journal-2.log', 'report.html'])
      writeFileSync(join(directory, name), 'something')
    expect((await read(directory)).records).toHaveLength(1)
  })

  it('is read up to where it stood when it was opened', async () => {
    const directory = freshDirectory()
    await writeJournal(directory, [{ cost: 1 }])
    const source = await openJournal(directory)
    const [file = ''] = segmentsOf(directory)
    const twin = freshDirectory()
    copyFileSync(file, join(twin, 'journal-000000001.log'))
    await writeJournal(twin, [{ cost: 9, record: { id: 'later' } }])
    appendFileSync(file, readFileSync(segmentsOf(twin)[0] ?? '').subarray(readFileSync(file).length))
    const report = await buildReport(source, {}, late)
    expect(report.total.calls).toBe(1)
    expect((await read(directory)).records).toHaveLength(2)
  })
})
