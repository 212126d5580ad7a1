// What is expected of a call before it is sent: how long it is, what a cache saves, and how that ranks models.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { appPrices } from '../../src/catalogue/app-prices.js'
import type { AppPrice } from '../../src/catalogue/check-price.js'
import { genaiPrices } from '../../src/catalogue/genai-prices.js'
import type { Message } from '../../src/core/message.js'
import type { ModelPrice } from '../../src/core/price.js'
import type { ChatRequest } from '../../src/core/request.js'
import { promptTokenBound } from '../../src/cost/bound.js'
import {
  blendedCost,
  expectedCost,
  expectedOutputTokens,
  type PromptShape,
  promptShape,
} from '../../src/cost/expected.js'
import { boundOf, costOf, priceAtServiceTier } from '../../src/cost/price.js'

function priceOf(price: AppPrice): ModelPrice {
  const found = appPrices({ 'a/b': price }).find('a', 'b', 0)
  if (found === undefined) throw new Error('no price')
  return found.price
}

/** 15 cents in, 60 out; a tenth from the cache. */
const mini = priceOf({ inputPerMillion: 0.15, outputPerMillion: 0.6, cacheReadPerMillion: 0.015 })

const of = (tokens: number, more: Partial<PromptShape> = {}): PromptShape => ({
  tokens,
  prefixTokens: tokens,
  markedTokens: 0,
  isFirstTurn: true,
  ...more,
})

/** A text of so many tokens, as they are estimated, in a message of 10 more. */
const message = (role: 'system' | 'user' | 'assistant', tokens: number): Message => ({
  role,
  content: 'word'.repeat(tokens - 10),
})
const chatOf = (...messages: Message[]): ChatRequest => ({ messages })

describe('CO8: what a call is expected to cost before it is sent', () => {
  it('CO8: is the estimated prompt and the longest answer allowed, each at its own price', () => {
    const chat = { ...chatOf(message('user', 1_000)), maxTokens: 1_000 }
    const outputTokens = expectedOutputTokens(chat, 'a')
    expect(expectedCost({ price: mini, prompt: promptShape(chat), outputTokens })).toBe(750_000)
  })

  it('CO8: takes an answer that nothing limits for 500 tokens, and each of several for as much', () => {
    const chat = chatOf(message('user', 1_000))
    expect(expectedOutputTokens(chat, 'a')).toBe(500)
    expect(expectedOutputTokens({ ...chat, maxTokens: 1 }, 'a')).toBe(1)
    expect(expectedOutputTokens({ ...chat, providerOptions: { a: { n: 3 } } }, 'a')).toBe(1_500)
    expect(expectedOutputTokens({ ...chat, providerOptions: { a: { n: 3 } } }, 'b')).toBe(500)
    expect(expectedOutputTokens({ ...chat, providerOptions: { a: { max_tokens: 9 } } }, 'a')).toBe(9)
  })

  it('CO8: where nothing is known of the request, twice as many tokens come out as go in', () => {
    expect(blendedCost(mini, 1_000_000)).toBe(150_000_000 + 2 * 600_000_000)
    expect(blendedCost(mini, 0)).toBe(0)
  })

  it('CO8: counts a fee for each call, and the rates of long prompts for the whole prompt', () => {
    const price = priceOf({
      inputPerMillion: 1,
      outputPerMillion: 1,
      perCallUsd: 0.01,
      above: [{ promptTokens: 10_000, inputPerMillion: 2 }],
    })
    const costAt = (tokens: number) => expectedCost({ price, prompt: of(tokens), outputTokens: 0 })
    expect(costAt(10_000)).toBe(10_000_000 + 10_000_000)
    expect(costAt(10_001)).toBe(10_000_000 + 20_002_000)
  })

  it('CO8: is never more than a budget would hold for the same call', () => {
    const texts = fc.string({ unit: 'grapheme', maxLength: 200 })
    fc.assert(
      fc.property(
        fc.array(texts, { minLength: 1, maxLength: 8 }),
        fc.array(fc.nat({ max: 2_000_000 }), { minLength: 4, maxLength: 4 }),
        fc.nat({ max: 10_000 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (contents, [input = 0, output = 0, cacheRead = 0, cacheWrite = 0], maxTokens, hitChance) => {
          const messages = contents.map(
            (content, at): Message => ({ role: at % 2 ? 'assistant' : 'user', content }),
          )
          const chat = { messages, maxTokens }
          const price = { input, output, cacheRead, cacheWrite, cacheFromTokens: 0 }
          const bound = boundOf(price, promptTokenBound(chat, { provider: 'a', model: 'm' }))
          const outputTokens = expectedOutputTokens(chat, 'a')
          const expected = expectedCost({ price, prompt: promptShape(chat), outputTokens, hitChance })
          expect(expected).toBeLessThanOrEqual(bound.base + bound.perToken * outputTokens)
        },
      ),
    )
  })
})

describe('CO9: what the cache is expected to save', () => {
  const costAt = (hitChance: number | undefined, price = mini, prompt = of(1_000_000)) =>
    expectedCost({ price, prompt, outputTokens: 0, hitChance })

  it('CO9: in a first turn as often as the chance says: half the time where nobody knows', () => {
    expect(costAt(0)).toBe(150_000_000)
    expect(costAt(1)).toBe(15_000_000)
    expect(costAt(0.25)).toBe(116_250_000)
    expect(costAt(undefined)).toBe(82_500_000)
  })

  it('CO9: a chance below 0 is none, one above 1 is certain, and one that is no number is unknown', () => {
    expect(costAt(-3)).toBe(costAt(0))
    expect(costAt(Number.NEGATIVE_INFINITY)).toBe(costAt(0))
    expect(costAt(7)).toBe(costAt(1))
    expect(costAt(Number.POSITIVE_INFINITY)).toBe(costAt(1))
    expect(costAt(Number.NaN)).toBe(costAt(undefined))
  })

  it('CO9: later turns count as hits, whatever the chance', () => {
    const later = of(1_000_000, { prefixTokens: 900_000, isFirstTurn: false })
    for (const chance of [0, 0.5, 1, undefined])
      expect(costAt(chance, mini, later)).toBe(900 * 15_000 + 100 * 150_000)
  })

  it('CO9: a beginning that is too short is not kept: 1,024 tokens, or what the price says', () => {
    const prompt = (prefixTokens: number) => of(10_000, { prefixTokens })
    expect(costAt(1, mini, prompt(1_023))).toBe(costAt(0, mini, prompt(1_023)))
    expect(costAt(1, mini, prompt(1_024))).toBeLessThan(costAt(0, mini, prompt(1_024)))
    const later = { ...mini, cacheFromTokens: 4_096 }
    expect(costAt(1, later, prompt(4_095))).toBe(costAt(0, later, prompt(4_095)))
    expect(costAt(1, later, prompt(4_096))).toBeLessThan(costAt(0, later, prompt(4_096)))
  })

  it('CO9: an app says in its prices from which length on, and a service tier leaves that as it is', () => {
    const price = priceOf({ inputPerMillion: 1, outputPerMillion: 1, cacheFromTokens: 2_048 })
    expect(price.cacheFromTokens).toBe(2_048)
    const half = priceAtServiceTier({ ...price, serviceTiers: { flex: 50 } }, 'flex')
    expect(half).toEqual({ input: 500_000_000, output: 500_000_000, cacheFromTokens: 2_048 })
    expect(() => priceOf({ inputPerMillion: 1, outputPerMillion: 1, cacheFromTokens: 0.5 })).toThrow(
      'prices.a/b.cacheFromTokens: must be a whole number of tokens.',
    )
  })

  it('CO9: a model without a price for reading from a cache has no use of one', () => {
    const price = priceOf({ inputPerMillion: 0.15, outputPerMillion: 0.6 })
    expect(costAt(1, price)).toBe(costAt(0, price))
  })

  it('CO9: what is marked for the cache is written where it is not found, at the price of that', () => {
    const price = priceOf({
      inputPerMillion: 1,
      outputPerMillion: 5,
      cacheReadPerMillion: 0.1,
      cacheWritePerMillion: 1.25,
    })
    const first = of(100_000, { prefixTokens: 60_000, markedTokens: 60_000 })
    expect(costAt(0, price, first)).toBe(40_000_000 + 75_000_000)
    expect(costAt(1, price, first)).toBe(40_000_000 + 6_000_000)
    const later = of(100_000, { prefixTokens: 60_000, markedTokens: 90_000, isFirstTurn: false })
    expect(costAt(undefined, price, later)).toBe(10_000_000 + 30_000 * 1_250 + 6_000_000)
    const short = of(100_000, { prefixTokens: 60_000, markedTokens: 1_000 })
    expect(costAt(0, price, short)).toBe(100_000_000)
    expect(costAt(1, price, short)).toBe(100_000_000)
  })

  it('CO9: the saving makes the dearer model the cheaper one in a long conversation', () => {
    const cached = priceOf({ inputPerMillion: 0.2, outputPerMillion: 0.6, cacheReadPerMillion: 0.02 })
    const plain = priceOf({ inputPerMillion: 0.15, outputPerMillion: 0.6 })
    const rank = (messages: Message[]) => {
      const prompt = promptShape(chatOf(...messages))
      const [one, other] = [cached, plain].map((price) => expectedCost({ price, prompt, outputTokens: 500 }))
      return (one ?? 0) < (other ?? 0) ? 'cached' : 'plain'
    }
    const asked = [message('system', 1_000), message('user', 4_000)]
    expect(rank(asked)).toBe('plain')
    expect(rank([...asked, message('assistant', 100), message('user', 100)])).toBe('cached')
  })

  it('CO9: lies between a sure miss and a sure hit, and falls as the chance rises', () => {
    const tokens = fc.nat({ max: 2_000_000 })
    const rate = fc.nat({ max: 10_000_000_000 })
    const chance = fc.double({ min: 0, max: 1, noNaN: true })
    fc.assert(
      fc.property(
        fc.tuple(tokens, tokens, tokens),
        rate,
        rate,
        chance,
        chance,
        (sizes, input, read, one, other) => {
          const [markedTokens, prefixTokens, whole] = sizes.toSorted((a, b) => a - b)
          const prompt = of(whole ?? 0, { prefixTokens: prefixTokens ?? 0, markedTokens: markedTokens ?? 0 })
          const price = { input, output: 0, cacheRead: Math.min(read, input) }
          const [less, more] = [Math.min(one, other), Math.max(one, other)].map((at) =>
            costAt(at, price, prompt),
          )
          expect(more).toBeLessThanOrEqual(less ?? 0)
          expect(more).toBeGreaterThanOrEqual(costAt(1, price, prompt))
          expect(less).toBeLessThanOrEqual(costOf(price, { input: prompt.tokens }))
        },
      ),
    )
  })

  it('CO9: works with every price of the table', async () => {
    const source = genaiPrices()
    await source.load()
    for (const [provider, model] of [
      ['openai', 'gpt-4o-mini'],
      ['anthropic', 'claude-haiku-4-5'],
      ['gemini', 'gemini-2.5-flash'],
      ['deepseek', 'deepseek-chat'],
    ] as const) {
      const price = source.find(provider, model, Date.parse('2026-11-21'))?.price
      if (price === undefined) throw new Error(model)
      const [hit, miss] = [costAt(1, price, of(100_000)), costAt(0, price, of(100_000))]
      expect([model, hit < miss]).toEqual([model, true])
    }
  })
})

describe('CO9: which part of a prompt may be in the cache', () => {
  const save = (marks: object = {}) => ({
    type: 'function' as const,
    function: { name: 'save', description: 'word'.repeat(500) },
    ...marks,
  })
  const system = message('system', 2_000)
  const mark = { cache_control: { type: 'ephemeral' } } as const

  it('CO9: in a first turn the tools and the system texts, or the first message where there are neither', () => {
    const question = message('user', 100)
    expect(promptShape(chatOf(question))).toMatchObject({ tokens: 100, prefixTokens: 100, isFirstTurn: true })
    expect(promptShape(chatOf(system, question))).toMatchObject({ tokens: 2_100, prefixTokens: 2_000 })
    const { tokens, prefixTokens } = promptShape({ ...chatOf(question), tools: [save()] })
    expect(tokens - prefixTokens).toBe(100)
    expect(promptShape(chatOf(question, message('user', 50))).prefixTokens).toBe(100)
  })

  it('CO9: in later turns all that the turn before has sent, and not the answer to it', () => {
    const history = [system, message('user', 100), message('assistant', 300), message('user', 10)]
    expect(promptShape(chatOf(...history))).toMatchObject({
      tokens: 2_410,
      prefixTokens: 2_100,
      isFirstTurn: false,
    })
    const further = [...history, message('assistant', 50), message('user', 10)]
    expect(promptShape(chatOf(...further)).prefixTokens).toBe(2_410)
  })

  it('CO9: where marks stand, the part up to the last of them', () => {
    const marked = (tokens: number): Message => ({
      role: 'user',
      content: [{ type: 'text', text: 'word'.repeat(tokens - 10), ...mark }],
    })
    expect(promptShape(chatOf(system, message('user', 100))).markedTokens).toBe(0)
    expect(promptShape(chatOf(system, marked(500), message('user', 100))).markedTokens).toBe(2_500)
    const tools = [save(mark), save()]
    const { markedTokens } = promptShape({ ...chatOf(system, message('user', 100)), tools })
    expect(markedTokens).toBe(promptShape({ messages: [], tools: [save()] }).tokens)
  })
})
