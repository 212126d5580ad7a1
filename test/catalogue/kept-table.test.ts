// A fetched table that is kept: when it counts, and what is not believed.

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { genaiPrices } from '../../src/catalogue/genai-prices.js'
import type { TextKeeper } from '../../src/catalogue/kept-table.js'
import type { FoundPrice } from '../../src/core/price.js'
import { FakeClock } from '../../src/testing/fake-clock.js'

const at = Date.parse('2026-11-21T12:00Z')
const hourMs = 3_600_000
const prices = { input_mtok: 1, output_mtok: 2 }
const table = [{ id: 'openai', models: [{ id: 'gpt-4o', match: { equals: 'gpt-4o' }, prices }] }]
const bundledInput = 2_500_000_000

const server = createServer((_, response) => response.end(JSON.stringify(table)))
let url = ''

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/` // it listens on a port
})
afterAll(() => void server.close())

/** Keeps a text in a variable. */
class Drawer implements TextKeeper {
  text: string | undefined
  read = async (): Promise<string | undefined> => this.text
  write = async (text: string): Promise<void> => {
    this.text = text
  }
}

/** What a new source at this moment says of gpt-4o. */
async function findBy(keeper: TextKeeper, moment = at): Promise<FoundPrice | undefined> {
  const source = genaiPrices({ keeper, clock: new FakeClock({ date: moment }) })
  await source.load()
  return source.find('openai', 'gpt-4o', moment)
}

/** A drawer with what was fetched at a moment, after a change to it. */
async function fetchedAt(
  moment: number,
  change: (kept: Record<string, unknown>) => unknown = (kept) => kept,
) {
  const drawer = new Drawer()
  await genaiPrices({ url, keeper: drawer, clock: new FakeClock({ date: moment }) }).refresh()
  drawer.text = JSON.stringify(change(JSON.parse(drawer.text ?? '')))
  return drawer
}

describe('CO2: which of two tables counts', () => {
  it('CO2: the kept one, marked as stale after 24 hours, however old it becomes', async () => {
    const drawer = await fetchedAt(at)
    const kept = { price: { input: 1_000_000_000 }, version: expect.stringContaining('2026-11-21 #') }
    expect(await findBy(drawer, at + 24 * hourMs)).toMatchObject(kept)
    expect((await findBy(drawer, at + 24 * hourMs))?.caveat).toBeUndefined()
    expect(await findBy(drawer, at + 10_000 * hourMs)).toMatchObject({ ...kept, caveat: 'stale' })
  })

  it('CO2: the bundled one, where the package was exchanged and the kept one is no longer of today', async () => {
    const drawer = await fetchedAt(at, (kept) => ({ ...kept, beside: '00000000' }))
    expect(await findBy(drawer, at + 24 * hourMs)).toMatchObject({ price: { input: 1_000_000_000 } })
    expect(await findBy(drawer, at + 24 * hourMs + 1)).toMatchObject({ price: { input: bundledInput } })
  })

  it('CO2: the newer of what was fetched here and what is kept', async () => {
    const drawer = await fetchedAt(at, (kept) => ({ ...kept, table: tableAt(9) }))
    const clock = new FakeClock({ date: at + hourMs })
    const source = genaiPrices({ url, keeper: drawer, clock })
    const input = () => source.find('openai', 'gpt-4o', clock.date())?.price.input
    await source.load()
    expect(input()).toBe(9_000_000_000)
    await source.refresh()
    await source.load()
    expect(input()).toBe(1_000_000_000)
    drawer.text = (await fetchedAt(at, (kept) => ({ ...kept, table: tableAt(9) }))).text
    await source.load()
    expect(input()).toBe(1_000_000_000)
    drawer.text = (await fetchedAt(at + 2 * hourMs, (kept) => ({ ...kept, table: tableAt(9) }))).text
    await source.load()
    expect(input()).toBe(9_000_000_000)
  })
})

function tableAt(dollars: number): unknown {
  return [{ id: 'openai', models: [{ id: 'gpt-4o', prices: { input_mtok: dollars, output_mtok: dollars } }] }]
}

describe('CO2: a kept table that is broken or hostile is as good as none', () => {
  const table = (value: unknown) => (kept: object) => ({ ...kept, table: value })
  const hostile: readonly [string, (kept: Record<string, unknown>) => unknown][] = [
    ['nothing in it', () => ({})],
    ['null', () => null],
    ['a list', () => []],
    ['a text', () => 'x'],
    ['no table', table(undefined)],
    ['an empty table', table([])],
    ['a negative amount', table(tableAt(-1))],
    ['amounts beyond all measure', table(tableAt(1e9))],
    [
      'amounts that are text',
      table([{ id: 'openai', models: [{ id: 'gpt-4o', prices: { input_mtok: '1' } }] }]),
    ],
    ['no models', table([{ id: 'openai', models: null }])],
    ['a moment that is text', (kept) => ({ ...kept, fetchedAt: '2026-11-21' })],
    ['a moment before all time', (kept) => ({ ...kept, fetchedAt: Number.MIN_SAFE_INTEGER })],
    ['a moment that is no whole number', (kept) => ({ ...kept, fetchedAt: 1.5 })],
    [
      'a moment far ahead, so that it would never be stale',
      (kept) => ({ ...kept, fetchedAt: at + 25 * hourMs }),
    ],
    ['a moment after all time', (kept) => ({ ...kept, fetchedAt: Number.MAX_SAFE_INTEGER })],
    ['no package beside it', ({ fetchedAt, table }) => ({ fetchedAt, table })],
  ]

  it.each(hostile)('CO2: %s', async (_, change) => {
    expect(await findBy(await fetchedAt(at, change))).toMatchObject({ price: { input: bundledInput } })
  })

  it.each([
    ['an empty text', ''],
    ['half a text', '{"fetchedAt":1,'],
    ['lists in lists', '['.repeat(100_000)],
    ['a rule too deep to be written again', deepRule()],
    ['a text without end', `{"table":"${'x'.repeat(8 * 1024 * 1024)}"}`],
  ])('CO2: %s', async (_, text) => {
    const drawer = new Drawer()
    drawer.text = text
    expect(await findBy(drawer)).toMatchObject({ price: { input: bundledInput } })
  })

  it('CO2: a fetched table with such a rule is refused with an error of ours', async () => {
    const deep = createServer((_, response) => response.end(deepTable()))
    await new Promise<void>((resolve) => deep.listen(0, '127.0.0.1', resolve))
    const { port } = deep.address() as AddressInfo // it listens on a port
    const refreshing = genaiPrices({ url: `http://127.0.0.1:${port}/` }).refresh()
    await expect(refreshing).rejects.toMatchObject({ name: 'ByokError', code: 'invalid-response' })
    deep.close()
  })
})

function deepTable(): string {
  const rule = `${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}`
  return `[{"id":"openai","models":[{"id":"gpt-4o","match":${rule},"prices":{"input_mtok":1,"output_mtok":1}}]}]`
}

function deepRule(): string {
  return `{"fetchedAt":${at},"beside":"d34e55d6","table":${deepTable()}}`
}
