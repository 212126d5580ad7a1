// From records to what a report shows, in tables and on the page.

import { describe, expect, it } from 'vitest'
import { columnsOf } from '../../src/cli/columns.js'
import { reportPage } from '../../src/cli/html.js'
import { buildReport } from '../../src/cli/report.js'
import { reportText } from '../../src/cli/table.js'
import type { UsageRecord } from '../../src/core/usage-record.js'
import { record } from '../cost/records.js'
import { sampleBooks, sampleNow, sampleRecords, sampleReport } from './sample.js'

const reportOf = (records: readonly UsageRecord[], query = {}) => sampleReport(query, [...records])

describe('a report', () => {
  it('counts failovers by who took over from whom, and failures by code', async () => {
    const { failovers, failures } = await reportOf([
      record({ failoverFrom: 'a/x' }),
      record({ failoverFrom: 'b/x' }),
      record({ failoverFrom: 'b/x' }),
      record({ outcome: 'failure', errorCode: 'timeout' }),
      record({ outcome: 'failure' }),
      record({ outcome: 'failure', errorCode: 'timeout' }),
      record({ outcome: 'aborted', errorCode: 'aborted' }),
    ])
    expect(failovers).toEqual([
      { from: 'b/x', to: 'openai/gpt-5.4-nano', calls: 2 },
      { from: 'a/x', to: 'openai/gpt-5.4-nano', calls: 1 },
    ])
    expect(failures).toEqual([
      { code: 'timeout', calls: 2 },
      { code: 'unknown', calls: 1 },
    ])
  })

  it('of a tenant shows no record and no budget of another, nor of the whole app', async () => {
    const data = await sampleReport({ tenant: 'acme' })
    expect(data.tenants.map(({ by }) => by.tenant)).toEqual(['acme'])
    expect(data.budgets.map(({ counter }) => counter.split('/').slice(1, 3).join('/'))).toEqual([
      'tenant/acme',
      'agent/acme:writer',
    ])
    for (const text of [reportText(data), reportPage(data)]) {
      expect(text).toContain('acme')
      for (const other of ['globex', 'initech', 'hooli']) expect(text).not.toContain(other)
    }
  })

  it('of a time that is over shows budgets as they stood at its end', async () => {
    const data = await sampleReport({ to: '2026-11-21T12:00' })
    const acme = data.budgets.find(({ counter }) => counter === 'usd/tenant/acme/day/2026-11-21@UTC')
    expect(data.asOf).toBe(Date.UTC(2026, 10, 21, 12))
    expect(acme?.committed).toBeLessThan(3.2e9)
    expect(acme?.points.at(-1)?.at).toBeLessThanOrEqual(data.asOf)
    expect(data.lastAt).toBeLessThan(data.asOf)
  })

  it('reads its source once, and its books after that', async () => {
    const order: string[] = []
    async function* once() {
      order.push('records')
      yield* sampleRecords(50)
      order.push('end')
    }
    const books = async () => {
      order.push('books')
      return sampleBooks()
    }
    await buildReport({ records: once(), books }, {}, sampleNow)
    expect(order).toEqual(['records', 'end', 'books'])
  })
})

describe('the tables', () => {
  it('are aligned, and say what is not known', async () => {
    const text = reportText(
      await reportOf([
        record({ tenant: 'acme', cost: 1_500_000_000, usage: { input: 1_200, output: 30 } }),
        record({
          tenant: '東京',
          cost: 20_000_000,
          outcome: 'failure',
          errorCode: 'overloaded',
          firstDeltaMs: 210,
        }),
        record({ tenant: 'none known', cost: null, model: 'other' }),
      ]),
    )
    expect(text.slice(0, text.indexOf('First token'))).toBe(`Usage, days in UTC

       attempts  failed  input  output     cost  no price
Total         3       1  1,200      30  $1.5200         1

Tenant      attempts  failed  input  output     cost  no price
acme               1       0  1,200      30  $1.5000
東京               1       1      0       0  $0.0200
none known         1       0      0       0  unknown         1

Model                attempts  failed  input  output     cost  no price
openai/gpt-5.4-nano         2       1  1,200      30  $1.5200
openai/other                1       0      0       0  unknown         1

Day         attempts  failed  input  output     cost  no price
2026-11-21         3       1  1,200      30  $1.5200         1

`)
    expect(text).toContain('The price of 1 attempt is unknown: what they cost is not in these sums.')
  })

  it('F16: hold nothing that acts on a terminal, and keep their width', async () => {
    const text = reportText(await sampleReport())
    expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u)
    expect(text).toContain('\\x1b[31mred\\x1b[0m\\x07\\x9b2J')
    for (const line of text.split('\n')) expect(columnsOf(line)).toBeLessThan(160)
  })

  it('fold what is too much into one line, and lose nothing of it', async () => {
    const many = Array.from({ length: 50 }, (_, at) =>
      record({ tenant: `tenant ${at}`, cost: 1_000_000_000 }),
    )
    const text = reportText(await reportOf(many))
    expect(text).toMatch(/\(31 others\) +31 +0 +0 +0 +\$31\.0000/)
    expect(text).toMatch(
      /\n\nRows that are not shown stand together as others: --json prints all of them\.\n$/,
    )
    expect(reportText(await reportOf(many.slice(0, 20)))).not.toContain('--json')
  })

  it('say so where there is nothing', async () => {
    const empty = { records: [], books: async () => ({ budgets: [], underWay: [], damagedLines: 0 }) }
    const data = await buildReport(empty, {}, sampleNow)
    expect(reportText(data)).toBe('Usage, days in UTC\n\nNo attempts in this period.\n')
  })

  it('say so where something is missing', async () => {
    const underWay = [record({ tenant: 'acme' }), record({ tenant: 'globex' })]
    const books = async () => ({ budgets: [], underWay, damagedLines: 2 })
    const data = await buildReport({ records: [record()], books }, {}, sampleNow)
    const [open, damaged] = [
      '2 attempts are under way, or broken off, and not in these sums yet.',
      '2 lines of the journal cannot be read: what stood there is missing.',
    ]
    expect(reportText(data)).toContain(`${open}\n${damaged}\n`)
    expect(reportPage(data)).toContain(open)
    const ofAcme = await buildReport({ records: [], books }, { tenant: 'acme' }, sampleNow)
    expect(reportText(ofAcme)).toContain('1 attempt is under way')
  })
})

describe('the page', () => {
  it('is made of many tenants, models and days, and stays small', async () => {
    const many = Array.from({ length: 8_000 }, (_, at) =>
      record({
        at: sampleNow - (at % 500) * 86_400_000,
        tenant: `tenant ${at % 3_000}`,
        model: `model ${at % 700}`,
        firstDeltaMs: at,
      }),
    )
    const page = reportPage(await reportOf(many))
    expect(page.length).toBeLessThan(700_000)
    expect(page).toContain('and 2500 more')
  })

  it('draws no bar for the others, which would leave none to be seen of the tenants', async () => {
    const many = Array.from({ length: 100 }, (_, at) =>
      record({ tenant: `tenant ${at}`, cost: 1_000_000_000 }),
    )
    const page = reportPage(await reportOf(many))
    const plot = page.slice(
      page.indexOf('<title id="tenants-title">'),
      page.indexOf('<title id="models-title">'),
    )
    expect(plot).toContain('91 others')
    expect(plot).toContain('$91.00')
    const bars = /<rect class="c\d" x="0%" y="\d+" width="([\d.]+%)"/g
    expect([...plot.matchAll(bars)].map(([, width]) => width)).toEqual(Array(9).fill('100%'))
  })

  it('F16: holds no markup that a name brought', async () => {
    const page = reportPage(await sampleReport())
    expect(page).not.toMatch(/<(script|img|iframe|object|embed)/i)
    expect(page.match(/<\/title>/g)?.length).toBe(page.match(/<title[ >]/g)?.length)
    expect(page).not.toMatch(/onerror=alert\(\d\)(?!&gt;)/)
  })
})
