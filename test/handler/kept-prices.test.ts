// Prices that one handler has fetched, in the store of others: those that begin later, and those that run already.

import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it, onTestFinished } from 'vitest'
import type { Store } from '../../src/core/store.js'
import { BYOKHandler } from '../../src/handler.js'
import type { HandlerOptions } from '../../src/options/handler-options.js'
import { fileStore } from '../../src/stores/file.js'
import { memoryStore } from '../../src/stores/memory.js'
import { FakeClock } from '../../src/testing/fake-clock.js'
import { reply } from '../../src/testing/reply.js'
import { upstreamWith } from '../pipeline/stage.js'
import { freshDirectory } from '../stores/directory.js'

const at = Date.parse('2026-11-21T12:00Z')
const hourMs = 3_600_000
const servers: Server[] = []

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
})

async function serve(answer: RequestListener): Promise<string> {
  const server = createServer(answer)
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/data.json` // it listens on a port
}

/** A published table in which gpt-4o has this price of input, beside a provider that nobody here has heard of. */
function published(dollars: number): string {
  const prices = { input_mtok: dollars, output_mtok: 2 * dollars }
  const match = { equals: 'gpt-4o' }
  const model = { id: 'gpt-4o', name: 'GPT-4o', description: 'x'.repeat(10_000), match, prices }
  return JSON.stringify([
    { id: 'novel', name: 'Novel', models: [{ id: 'n', prices }] },
    { id: 'openai', name: 'OpenAI', pricing_urls: ['x'], models: [model] },
  ])
}

/** The address from which tables come, and what stands there. */
async function publisher(): Promise<{ url: string; table: string; requests: number }> {
  const shop = { url: '', table: published(1), requests: 0 }
  shop.url = await serve((_, response) => {
    shop.requests += 1
    response.end(shop.table)
  })
  return shop
}

/** A handler whose every request for the table of prices goes to this address. */
async function handlerWith(url: string, options: HandlerOptions): Promise<BYOKHandler> {
  const upstream = await upstreamWith(() => reply.chat({ usage: { input: 1_000_000, output: 0 } }))
  const handler = new BYOKHandler({
    keys: { openai: 'test-key-openai-0001' },
    providers: { openai: { baseURL: `${upstream.url}/v1` } },
    fetch: (input, init) => globalThis.fetch(`${input}`.includes('githubusercontent') ? url : input, init),
    ...options,
  })
  onTestFinished(() => handler.close())
  return handler
}

/** What a call of a million prompt tokens costs, and which warnings it brings. */
async function ask(handler: BYOKHandler): Promise<{ usd: number | null; warnings: string[] }> {
  const { byok } = await handler.generateResponse({ model: 'openai/gpt-4o', prompt: 'x' })
  return { usd: byok.cost.usd, warnings: byok.warnings.map(({ message }) => message) }
}

const bundled = { usd: 2.5, warnings: [] }
const stale = { usd: 1, warnings: ['The cost stands on a price list that is out of date.'] }
const nowhere = 'http://127.0.0.1:1/'

describe('CO2: a table that was fetched is kept in the store', () => {
  it('CO2: a second handler on the store uses it without a request of its own', async () => {
    const shop = await publisher()
    const store = memoryStore()
    const clock = new FakeClock({ date: at })
    const first = await handlerWith(shop.url, { store, clock })
    expect(await ask(first)).toEqual(bundled)
    await first.refreshPrices()
    expect(await ask(first)).toEqual({ usd: 1, warnings: [] })
    expect(await ask(await handlerWith(nowhere, { store, clock }))).toEqual({ usd: 1, warnings: [] })
    expect(await ask(await handlerWith(nowhere, { clock }))).toEqual(bundled)
    expect(shop.requests).toBe(1)
    const records = await first.usage({ limit: 10 })
    const versions = new Set(records.records.map(({ priceVersion }) => priceVersion))
    expect([...versions].toSorted()).toEqual([
      'genai-prices 0.1.8 (2026-09-23)',
      expect.stringMatching(/^genai-prices 2026-11-21 #[0-9a-f]{8}$/),
    ])
  })

  it('CO2: a handler that runs already takes it up ten minutes later, and no request waits for that', async () => {
    const shop = await publisher()
    const clock = new FakeClock({ date: at })
    const store = memoryStore()
    const reads: (() => void)[] = []
    let isSlow = false
    const slow: Store = withTexts(store, async (collection, key) => {
      if (isSlow && collection === 'prices') await new Promise<void>((resolve) => reads.push(resolve))
      return store.get(collection, key)
    })
    const [reader, writer] = [
      await handlerWith(nowhere, { store: slow, clock }),
      await handlerWith(shop.url, { store, clock }),
    ]
    expect(await ask(reader)).toEqual(bundled)
    await writer.refreshPrices()
    await clock.advance(9 * 60_000)
    expect(await ask(reader)).toEqual(bundled)
    isSlow = true
    await clock.advance(60_000)
    expect(await ask(reader)).toEqual(bundled)
    expect(reads).toHaveLength(1)
    for (const read of reads) read()
    await expect.poll(() => ask(reader)).toEqual({ usd: 1, warnings: [] })
  })

  it('CO2: it outlasts a restart on the file store, and says so when it is stale', async () => {
    const shop = await publisher()
    const directory = freshDirectory()
    const clock = new FakeClock({ date: at })
    const before = fileStore({ directory, clock })
    const first = await handlerWith(shop.url, { store: before, clock })
    await first.refreshPrices()
    await first.close()
    await before.close()

    await clock.advance(24 * hourMs)
    const store = fileStore({ directory, clock })
    onTestFinished(() => store.close())
    const second = await handlerWith(shop.url, { store, clock })
    expect(await ask(second)).toEqual({ usd: 1, warnings: [] })
    await clock.advance(1)
    expect(await ask(second)).toEqual(stale)
    await clock.advance(100 * hourMs)
    const third = await handlerWith(shop.url, { store, clock })
    expect(await ask(third)).toEqual(stale)

    shop.table = published(3)
    await third.refreshPrices()
    expect(await ask(third)).toEqual({ usd: 3, warnings: [] })
    expect(shop.requests).toBe(2)
  })

  it('CO2: only what prices are read from is kept', async () => {
    const shop = await publisher()
    const store = memoryStore()
    await (await handlerWith(shop.url, { store })).refreshPrices()
    const kept = (await store.get('prices', 'genai'))?.value ?? ''
    expect(kept).toContain('"gpt-4o"')
    expect(kept).not.toContain('novel')
    expect(kept.length).toBeLessThan(400)
  })

  it("CO2: the app's own prices still go before it", async () => {
    const shop = await publisher()
    const store = memoryStore()
    const prices = { 'openai/gpt-4o': { inputPerMillion: 7, outputPerMillion: 7 } }
    const handler = await handlerWith(shop.url, { store, prices })
    await handler.refreshPrices()
    expect(await ask(handler)).toEqual({ usd: 7, warnings: [] })
    expect(await ask(await handlerWith(nowhere, { store }))).toEqual({ usd: 1, warnings: [] })
  })
})

describe('CO2: a store that is of no use for prices fails nothing', () => {
  it('CO2: one that refuses to write, and to read', async () => {
    const shop = await publisher()
    const store = memoryStore()
    const refuse = async (): Promise<never> => {
      throw new Error('full')
    }
    const broken = { ...withTexts(store, forPrices(store, refuse)), set: refuse }
    const first = await handlerWith(shop.url, { store: broken })
    expect(await ask(first)).toEqual(bundled)
    await first.refreshPrices()
    expect(await ask(first)).toEqual({ usd: 1, warnings: [] })
    expect(await store.get('prices', 'genai')).toBeUndefined()
  })

  it('CO2: one that never answers', async () => {
    const shop = await publisher()
    const store = memoryStore()
    const clock = new FakeClock({ date: at })
    const never = (): Promise<never> => new Promise(() => undefined)
    const silent = { ...withTexts(store, forPrices(store, never)), set: never }
    const handler = await handlerWith(shop.url, { store: silent, clock, timeout: { totalMs: 60_000 } })
    const asking = ask(handler)
    await letPass(clock, asking)
    expect(await asking).toEqual(bundled)
    const refreshing = handler.refreshPrices()
    await letPass(clock, refreshing)
    await refreshing
    expect(await ask(handler)).toEqual({ usd: 1, warnings: [] })
  })
})

/** The store with another way to read small records. */
function withTexts(store: Store, get: Store['get']): Store {
  return {
    admit: (hold) => store.admit(hold),
    renew: (id, ttlMs) => store.renew(id, ttlMs),
    commit: (id, charge, record) => store.commit(id, charge, record),
    release: (id, record) => store.release(id, record),
    readCounters: (counters, tenant) => store.readCounters(counters, tenant),
    records: (filter) => store.records(filter),
    get,
    set: (collection, key, value, ifVersion) => store.set(collection, key, value, ifVersion),
    delete: (collection, key) => store.delete(collection, key),
    list: (collection) => store.list(collection),
    close: () => store.close(),
  }
}

function forPrices(store: Store, get: () => Promise<never>): Store['get'] {
  return (collection, key) => (collection === 'prices' ? get() : store.get(collection, key))
}

/** Lets the clock's time pass, a second at a time, until something has happened. */
async function letPass(clock: FakeClock, something: Promise<unknown>): Promise<void> {
  let isOver = false
  const over = something.finally(() => {
    isOver = true
  })
  over.catch(() => undefined)
  for (let second = 0; second < 20 && !isOver; second += 1) {
    await new Promise((resolve) => setTimeout(resolve, 50))
    if (!isOver) await clock.advance(1_000)
  }
}
