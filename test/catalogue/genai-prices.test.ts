// The table of genai-prices as a source of prices: what it knows, what it does not, and fetching a newer one.

import { readFileSync } from 'node:fs'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { findProvider, updatePrices } from '@pydantic/genai-prices'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { genaiPrices } from '../../src/catalogue/genai-prices.js'
import { pricedVendors } from '../../src/catalogue/priced-vendors.js'
import type { ModelPrice, PriceSource, Rate } from '../../src/core/price.js'
import { presets } from '../../src/providers/presets.js'
import { FakeClock } from '../../src/testing/fake-clock.js'

const at = Date.parse('2026-11-21T12:00Z')
const hourMs = 3_600_000
const bundledVersion = 'genai-prices 0.1.8 (2026-09-23)'

const prices = genaiPrices()

beforeAll(() => prices.load())

function priceOf(provider: string, model: string, source: PriceSource = prices): ModelPrice | undefined {
  return source.find(provider, model, at)?.price
}

describe('CO1: which model a price is for', () => {
  it('CO1: gpt-4o-mini is never billed as gpt-4o, nor gpt-4o-audio-preview as gpt-4o', () => {
    expect(priceOf('openai', 'gpt-4o')).toMatchObject({ input: 2_500_000_000, output: 10_000_000_000 })
    expect(priceOf('openai', 'gpt-4o-mini')).toMatchObject({ input: 150_000_000, output: 600_000_000 })
    expect(priceOf('openai', 'gpt-4o-audio-preview-2025-06-03')).toMatchObject({ audioInput: 40_000_000_000 })
    for (const unknown of [
      'gpt-4o-nano',
      'gpt-4o-m',
      'gpt-4o-mini-x',
      'gpt-4o-audio',
      'my-gpt-4o',
      'xgpt-4o',
      'gpt',
    ])
      expect([unknown, priceOf('openai', unknown)]).toEqual([unknown, undefined])
  })

  it('CO1: a snapshot has its own price where it has one, and that of its model, assumed, where nothing is known', () => {
    expect(prices.find('openai', 'gpt-4o-2024-05-13', at)).toMatchObject({ price: { input: 5_000_000_000 } })
    expect(prices.find('openai', 'gpt-4o-20240513', at)).toMatchObject({ price: { input: 5_000_000_000 } })
    const unknown = prices.find('openai', 'gpt-4o-2027-01-31', at)
    expect(unknown).toMatchObject({ price: { input: 2_500_000_000 }, caveat: 'assumed' })
    expect(prices.find('openai', 'gpt-4o-2024-11-20', at)?.caveat).toBeUndefined()
  })

  it('CO1: knows the documented other names', () => {
    expect(priceOf('anthropic', 'claude-2.1')).toEqual(priceOf('anthropic', 'claude-2'))
    expect(priceOf('gemini', 'models/gemini-2.5-flash')).toEqual(priceOf('gemini', 'gemini-2.5-flash'))
    expect(priceOf('gemini', 'gemini-1.5-flash-8b')).toMatchObject({ input: { base: 37_500_000 } })
    expect(priceOf('openai', 'models/gpt-4o')).toBeUndefined()
  })

  it('CO1: a model of a gateway is the gateway’s alone', () => {
    expect(priceOf('openrouter', 'openai/gpt-4o-mini')).toMatchObject({ input: 150_000_000 })
    expect(priceOf('openrouter', 'gpt-4o-mini')).toBeUndefined()
    expect(priceOf('openai', 'openai/gpt-4o-mini')).toBeUndefined()
    expect(priceOf('openrouter', 'openai/gpt-4o-mini:nitro')).toBeUndefined()
  })

  it('CO1: a deployment on Azure is taken at its word, as assumed, and unknown where its name is no model’s', () => {
    expect(prices.find('azure', 'gpt-4o-mini', at)).toMatchObject({
      price: { input: 150_000_000 },
      caveat: 'assumed',
    })
    expect(priceOf('azure', 'my-deployment')).toBeUndefined()
    expect(priceOf('azure', 'gpt-4o-prod')).toBeUndefined()
    expect(priceOf('azure', 'claude-haiku-4-5')).toBeUndefined()
  })

  it('every provider of ours is priced, or known to be without prices', () => {
    const without = [...presets.keys()].filter((id) => !pricedVendors.has(id))
    expect(without.sort()).toEqual([
      'alibaba',
      'deepinfra',
      'huggingface',
      'llamacpp',
      'lmstudio',
      'nvidia',
      'ollama',
      'sambanova',
      'venice',
      'vllm',
    ])
    expect([...pricedVendors.keys()].filter((id) => !presets.has(id))).toEqual([])
    for (const { sources } of pricedVendors.values())
      for (const source of sources) expect(findProvider({ providerId: source })?.id).toBe(source)
  })

  it('tells each price apart from its version, and the context window where the table has one', () => {
    expect(prices.find('openai', 'gpt-4o-mini', at)).toMatchObject({
      version: bundledVersion,
      contextWindow: 128_000,
    })
    expect(prices.find('zai', 'glm-5.3-flash', at)?.version).toBe(`${bundledVersion}, corrected`)
    const { version } = JSON.parse(
      readFileSync(
        new URL('../../node_modules/@pydantic/genai-prices/package.json', import.meta.url),
        'utf8',
      ),
    )
    expect(bundledVersion).toContain(` ${version} `)
  })
})

describe('D9, CO2: what has no known price', () => {
  it('D9: is undefined and never 0, whatever it is called', () => {
    for (const [provider, model] of [
      ['openai', 'unheard-of'],
      ['openai', ''],
      ['openai', '__proto__'],
      ['openai', 'constructor'],
      ['openai', '\0'],
      ['openai', '\ud800'],
      ['openai', 'x'.repeat(10_240)],
      ['__proto__', 'gpt-4o'],
      ['', 'gpt-4o'],
      ['ollama', 'llama3'],
      ['alibaba', 'qwen3.8-flash'],
    ] as const)
      expect([provider, prices.find(provider, model, at)]).toEqual([provider, undefined])
  })

  it('CO2: is what the table has no whole price for: no input, no output, or a unit that tokens do not tell', () => {
    expect(priceOf('openai', 'text-embedding-3-small')).toBeUndefined()
    expect(priceOf('openai', 'omni-moderation-latest')).toBeUndefined()
    expect(priceOf('openai', 'whisper-1')).toBeUndefined()
    expect(priceOf('cerebras', 'qwen-3-coder-480b')).toBeUndefined()
    expect(priceOf('gemini', 'gemma-4-31b-it')).toBeUndefined()
    expect(priceOf('perplexity', 'sonar-deep-research')).toBeUndefined()
    expect(priceOf('azure', 'phi-4-reasoning:free')).toBeUndefined()
  })

  it('CO2: a price of 0 is nowhere but where the gateway says free', () => {
    const free: string[] = []
    let priced = 0
    for (const [vendor, { sources }] of pricedVendors)
      for (const source of sources)
        for (const { id } of findProvider({ providerId: source })?.models ?? []) {
          const price = priceOf(vendor, id)
          if (price === undefined) continue
          priced += 1
          const { perCall: _fee, serviceTiers: _tiers, ...rates } = price
          if (Object.values(rates).some((rate) => amountsOf(rate).some((amount) => !(amount > 0))))
            free.push(`${vendor}/${id}`)
          for (const rate of Object.values(rates))
            expect(amountsOf(rate).every(Number.isSafeInteger)).toBe(true)
        }
    expect(priced).toBeGreaterThan(900)
    expect(free.length).toBeGreaterThan(50)
    expect(free.filter((name) => !/^openrouter\/.+:free$/.test(name))).toEqual([])
    expect(priceOf('openrouter', 'google/gemini-flash-1.5-8b-exp')).toBeUndefined()
  })

  it('CO2: nothing is known before the table is loaded', () => {
    expect(genaiPrices().find('openai', 'gpt-4o', at)).toBeUndefined()
  })

  it('CO2: a model that speaks has a price for what it says, or none', () => {
    const silent: string[] = []
    for (const [vendor, { sources }] of pricedVendors) {
      if (vendor === 'openrouter') continue // it bills audio within its own prices
      for (const source of sources)
        for (const { id } of findProvider({ providerId: source })?.models ?? []) {
          const price = priceOf(vendor, id)
          if (/audio|realtime|voice|live/.test(id) && price !== undefined && price.audioInput === undefined)
            silent.push(`${vendor}/${id}`)
        }
    }
    expect(silent).toEqual([])
  })
})

describe('loading', () => {
  it('costs nothing before the first use, and is done once', async () => {
    const source = genaiPrices()
    const begin = performance.now()
    await Promise.all(Array.from({ length: 100 }, () => source.load()))
    const first = performance.now() - begin
    const again = performance.now()
    await source.load()
    console.info(
      `The table: ${first.toFixed(0)} ms on first use (its package is imported already), ${(performance.now() - again).toFixed(2)} ms after.`,
    )
    expect(priceOf('openai', 'gpt-4o', source)).toBeDefined()
  })

  it('what an app does with the package afterwards reaches no source, and what it did before is told by the version', async () => {
    const source = genaiPrices()
    await source.load()
    const before = source.find('openai', 'gpt-4o', at)
    const all = [...pricedVendors.values()].flatMap(({ sources }) => sources)
    const providers = [...new Set(all)].flatMap((id) => findProvider({ providerId: id }) ?? [])
    updatePrices(({ setProviderData }) => setProviderData(providers.filter(({ id }) => id === 'openai')))
    try {
      expect(source.find('openai', 'gpt-4o', at)).toEqual(before)
      expect(priceOf('anthropic', 'claude-haiku-4-5', source)).toBeDefined()
      const later = genaiPrices()
      await later.load()
      expect(later.find('openai', 'gpt-4o', at)?.version).toMatch(/^genai-prices #[0-9a-f]{8}$/)
      expect(priceOf('anthropic', 'claude-haiku-4-5', later)).toBeUndefined()
    } finally {
      updatePrices(({ setProviderData }) => setProviderData(providers))
    }
  })
})

describe('CO2: fetching newer prices', () => {
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

  const serveText = (text: string) => serve((_, response) => response.end(text))

  const openai = (price: unknown, more: object = {}) => [
    { id: 'openai', models: [{ id: 'gpt-4o', match: { equals: 'gpt-4o' }, prices: price, ...more }] },
  ]

  const good = JSON.stringify(openai({ input_mtok: 1.25, output_mtok: 5 }))

  it('CO2: asks nobody until it is told to, and then the new table holds, and says of which day it is', async () => {
    let requests = 0
    const url = await serve((_, response) => {
      requests += 1
      response.end(good)
    })
    const source = genaiPrices({ url, clock: new FakeClock({ date: at }) })
    await source.load()
    expect(requests).toBe(0)
    await source.refresh()
    await source.load()
    expect(requests).toBe(1)
    const found = source.find('openai', 'gpt-4o', at)
    expect(found?.price).toMatchObject({ input: 1_250_000_000, output: 5_000_000_000 })
    expect(found?.version).toMatch(/^genai-prices 2026-11-21 #[0-9a-f]{8}$/)
    expect(source.find('openai', 'gpt-4o-mini', at)).toBeUndefined()
    expect(priceOf('openai', 'gpt-4o')).toMatchObject({ input: 2_500_000_000 })
  })

  it('CO2: fetched prices are stale after 24 hours, and the next refresh mends that', async () => {
    const clock = new FakeClock({ date: at })
    const source = genaiPrices({ url: await serveText(good), clock })
    await source.refresh()
    expect(source.find('openai', 'gpt-4o', at + 24 * hourMs)?.caveat).toBeUndefined()
    expect(source.find('openai', 'gpt-4o', at + 24 * hourMs + 1)?.caveat).toBe('stale')
    await clock.advance(25 * hourMs)
    await source.refresh()
    expect(source.find('openai', 'gpt-4o', at + 25 * hourMs)?.caveat).toBeUndefined()
    expect(prices.find('openai', 'gpt-4o', at + 1_000 * hourMs)?.caveat).toBeUndefined()
  })

  it('reads the form that is published: constraints without a type, dates, hours and tiers', async () => {
    const dated = [
      { prices: { input_mtok: 4, output_mtok: 8 } },
      {
        constraint: { start_date: '2026-01-01' },
        prices: { input_mtok: { base: 1, tiers: [{ start: 9, price: 3 }] }, output_mtok: 2 },
      },
      {
        constraint: { start_time: '06:00:00Z', end_time: '10:00:00+00:00' },
        prices: { input_mtok: 9, output_mtok: 9 },
      },
    ]
    const source = genaiPrices({ url: await serveText(JSON.stringify(openai(dated))) })
    await source.refresh()
    const inputAt = (time: string) => source.find('openai', 'gpt-4o', Date.parse(time))?.price.input
    expect(inputAt('2025-12-31T23:59:59Z')).toBe(4_000_000_000)
    expect(inputAt('2026-01-01T00:00Z')).toEqual({
      base: 1_000_000_000,
      tiers: [{ above: 9, rate: 3_000_000_000 }],
    })
    expect(inputAt('2026-01-01T06:00Z')).toBe(9_000_000_000)
    expect(source.find('openai', 'gpt-4o', Number.NaN)).toBeUndefined()
  })

  it('CO2: what is new in a table leaves the price of that model unknown, and harms no other', async () => {
    const models = [
      { id: 'a', match: { equals: 'a' }, prices: { input_mtok: 1, output_mtok: 2, output_dream_mtok: 3 } },
      {
        id: 'b',
        match: { equals: 'b' },
        prices: [{ constraint: { weekday: 'monday' }, prices: { input_mtok: 1, output_mtok: 2 } }],
      },
      { id: 'c', match: { sounds_like: 'c' }, prices: { input_mtok: 1, output_mtok: 2 } },
      { id: 'd', match: { equals: 'd' }, prices: { input_mtok: 0, output_mtok: 2 } },
      { id: 'e', match: { equals: 'e' }, prices: { input_mtok: 1, output_mtok: 2, cache_read_mtok: 0 } },
      { id: 'f', match: { equals: 'f' }, prices: { input_mtok: 0, output_mtok: 0 } },
      {
        id: 'g',
        match: { equals: 'g' },
        prices: { input_mtok: { base: 0, tiers: [{ start: 1, price: 1 }] }, output_mtok: 0 },
      },
    ]
    const url = await serveText(
      JSON.stringify([
        { id: 'novel', models: 'nothing' },
        { id: 'openai', models },
      ]),
    )
    const source = genaiPrices({ url })
    await source.refresh()
    const known = Object.fromEntries(models.map(({ id }) => [id, priceOf('openai', id, source)]))
    const tiers = { serviceTiers: { flex: 50, batch: 50 } }
    expect(known).toEqual({
      a: undefined,
      b: undefined,
      c: { input: 1_000_000_000, output: 2_000_000_000, ...tiers },
      d: undefined,
      e: { input: 1_000_000_000, output: 2_000_000_000, ...tiers },
      f: { input: 0, output: 0, ...tiers },
      g: undefined,
    })
  })

  const broken: readonly [string, string][] = [
    ['nothing', ''],
    ['no JSON', '<html>'],
    ['half a table', good.slice(0, -9)],
    ['null', 'null'],
    ['an object', '{"openai":{}}'],
    ['an empty list', '[]'],
    ['a list of nothing', '[null]'],
    ['a provider without a name', '[{"models":[]}]'],
    ['a provider without models', '[{"id":"openai"}]'],
    ['the same provider twice', `[${good.slice(1, -1)},${good.slice(1, -1)}]`],
    ['a model without a name', '[{"id":"openai","models":[{"prices":{}}]}]'],
    ['no price anywhere', JSON.stringify(openai({}))],
    ['prices that are text', JSON.stringify(openai('free'))],
    ['an amount that is text', JSON.stringify(openai({ input_mtok: '1', output_mtok: 1 }))],
    ['a negative amount', JSON.stringify(openai({ input_mtok: -1, output_mtok: 1 }))],
    [
      'an infinite amount',
      '[{"id":"openai","models":[{"id":"gpt-4o","prices":{"input_mtok":1e999,"output_mtok":1}}]}]',
    ],
    [
      'an amount that is not a number',
      '[{"id":"openai","models":[{"id":"gpt-4o","prices":{"input_mtok":NaN,"output_mtok":1}}]}]',
    ],
    ['an amount beyond all measure', JSON.stringify(openai({ input_mtok: 1e9, output_mtok: 1 }))],
    [
      'a tier below zero',
      JSON.stringify(openai({ input_mtok: { base: 1, tiers: [{ start: -1, price: 1 }] }, output_mtok: 1 })),
    ],
    [
      'a tier without a price',
      JSON.stringify(openai({ input_mtok: { base: 1, tiers: [{ start: 1 }] }, output_mtok: 1 })),
    ],
    [
      'tiers that are no list',
      JSON.stringify(openai({ input_mtok: { base: 1, tiers: {} }, output_mtok: 1 })),
    ],
    ['an empty list of prices', JSON.stringify(openai([]))],
    ['a list in a list in a list', '['.repeat(100_000)],
    ['fields of the prototype', '[{"__proto__":{"id":"openai","models":[]}}]'],
  ]

  it.each(broken)('CO2: refuses %s, and keeps the old prices', async (_, text) => {
    const source = genaiPrices({ url: await serveText(text) })
    await expect(source.refresh()).rejects.toMatchObject({ name: 'ByokError', code: 'invalid-response' })
    expect(source.find('openai', 'gpt-4o', at)).toEqual(prices.find('openai', 'gpt-4o', at))
  })

  it('CO2: refuses a table of 50 MB, without reading it to its end', async () => {
    let sent = 0
    let closed: () => void = () => undefined
    const isClosed = new Promise<void>((resolve) => {
      closed = resolve
    })
    const chunk = Buffer.alloc(1024 * 1024, ' ')
    const url = await serve((_, response) => {
      const more = (): void => {
        while (sent < 50 && !response.destroyed) {
          sent += 1
          if (!response.write(chunk)) break
        }
        if (sent >= 50) response.end(good)
      }
      response.on('drain', more)
      response.on('close', closed)
      more()
    })
    const source = genaiPrices({ url })
    await expect(source.refresh()).rejects.toMatchObject({ code: 'event-too-large' })
    await isClosed
    expect(sent).toBeLessThan(50)
    expect(source.find('openai', 'gpt-4o', at)?.version).toBe(bundledVersion)
  })

  it('CO2: follows no redirect, and takes no answer but a good one', async () => {
    const target = await serveText(good)
    const redirect = await serve((_, response) => response.writeHead(302, { location: target }).end())
    const failing = await serve((_, response) => response.writeHead(500).end(good))
    await expect(genaiPrices({ url: redirect }).refresh()).rejects.toMatchObject({ code: 'network' })
    await expect(genaiPrices({ url: failing }).refresh()).rejects.toMatchObject({
      code: 'network',
      status: 500,
    })
    await expect(genaiPrices({ url: 'http://127.0.0.1:1/' }).refresh()).rejects.toMatchObject({
      code: 'network',
    })
  })

  it('CO2: does not wait for ever, and lets go of the connection', async () => {
    let closed: () => void = () => undefined
    const isClosed = new Promise<void>((resolve) => {
      closed = resolve
    })
    let asked: () => void = () => undefined
    const wasAsked = new Promise<void>((resolve) => {
      asked = resolve
    })
    const url = await serve((_, response) => {
      response.on('close', closed)
      response.write('[')
      asked()
    })
    const clock = new FakeClock({ date: at })
    const refreshing = genaiPrices({ url, clock }).refresh()
    const refused = expect(refreshing).rejects.toMatchObject({ code: 'timeout' })
    await wasAsked
    await clock.advance(30_000)
    await refused
    await isClosed
  })

  it('CO2: a thousand at once fetch once; who leaves, leaves alone; and when all have left, it ends', async () => {
    let requests = 0
    let answer: () => void = () => undefined
    let closed = 0
    let asked: () => void = () => undefined
    const url = await serve((_, response) => {
      requests += 1
      response.on('close', () => {
        closed += 1
      })
      answer = () => response.end(good)
      asked()
    })
    const nextRequest = () =>
      new Promise<void>((resolve) => {
        asked = resolve
      })
    const source = genaiPrices({ url })
    const first = nextRequest()
    const leaving = new AbortController()
    const all = Array.from({ length: 1_000 }, () => source.refresh())
    const one = source.refresh(leaving.signal)
    const oneLeft = expect(one).rejects.toMatchObject({ code: 'aborted' })
    await first
    leaving.abort()
    await oneLeft
    expect(closed).toBe(0)
    answer()
    await Promise.all(all)
    expect(requests).toBe(1)
    expect(priceOf('openai', 'gpt-4o', source)).toMatchObject({ input: 1_250_000_000 })

    const second = nextRequest()
    const last = new AbortController()
    const alone = source.refresh(last.signal)
    const hasLeft = expect(alone).rejects.toMatchObject({ code: 'aborted' })
    await second
    last.abort(new Error('enough'))
    await hasLeft
    while (closed < 2) await new Promise((resolve) => setImmediate(resolve))
    await expect(source.refresh(last.signal)).rejects.toMatchObject({ code: 'aborted' })
    expect(requests).toBe(2)
  })

  it('refuses an address that is none', () => {
    for (const url of ['', 'data.json', 'file:///etc/passwd', 'ftp://x/y', 5, null])
      expect(() => genaiPrices({ url: url as string })).toThrow(/prices\.url/) // on purpose
    expect(() => genaiPrices({ fetch: 5 as never })).toThrow(/prices\.fetch/) // on purpose
  })
})

function amountsOf(rate: Rate): number[] {
  return typeof rate === 'number' ? [rate] : [rate.base, ...rate.tiers.map((tier) => tier.rate)]
}
