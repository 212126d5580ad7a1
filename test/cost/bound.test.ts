// What is held for an attempt is never less than what it can cost, for any request, price and usage.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Message } from '../../src/core/message.js'
import type { ModelPrice, Rate } from '../../src/core/price.js'
import type { ChatRequest } from '../../src/core/request.js'
import { completionTokens, promptTokens, type Usage } from '../../src/core/usage.js'
import { answerBound, promptTokenBound } from '../../src/cost/bound.js'
import type { AppliedLimit, BudgetLimit } from '../../src/cost/budget-limit.js'
import { chargeOf, claimsOf } from '../../src/cost/claims.js'
import { costOf } from '../../src/cost/price.js'

const target = { provider: 'one', model: 'm' }
const encoder = new TextEncoder()

function applied(limit: Partial<BudgetLimit>): AppliedLimit {
  const plain = {
    scope: 'app',
    measure: 'usd',
    amount: 1,
    per: 'day',
    timeZone: 'UTC',
    onExceed: 'block',
    alertAt: [],
  } as const
  return { limit: { ...plain, ...limit }, counter: JSON.stringify(limit), name: '' }
}

/** Text of every kind: lone surrogates, signs of one to four bytes. */
const texts = fc.string({
  unit: fc.oneof(fc.constantFrom('a', 'é', '世', '😀', '\ud800', '\udc00', '"', '\n')),
  maxLength: 60,
})

const messages: fc.Arbitrary<Message> = fc.oneof(
  texts.map((content): Message => ({ role: 'user', content })),
  texts.map((content): Message => ({ role: 'system', content })),
  texts.map((text): Message => ({ role: 'user', content: [{ type: 'text', text }] })),
  fc.tuple(texts, texts).map(
    ([text, sent]): Message => ({
      role: 'assistant',
      content: text,
      tool_calls: [{ id: 'c', type: 'function', function: { name: 'f', arguments: sent } }],
    }),
  ),
  texts.map((content): Message => ({ role: 'tool', tool_call_id: 'c', content })),
)

const rates: fc.Arbitrary<Rate> = fc.oneof(
  fc.nat(1e11),
  fc.record({
    base: fc.nat(1e11),
    tiers: fc
      .array(fc.record({ above: fc.nat(1_000), rate: fc.nat(1e11) }), { maxLength: 3 })
      .map((tiers) => tiers.sort((one, other) => one.above - other.above)),
  }),
)

const prices: fc.Arbitrary<ModelPrice> = fc.record(
  {
    input: rates,
    output: rates,
    cacheRead: rates,
    cacheWrite: rates,
    cacheWrite1h: rates,
    audioInput: rates,
    imageInput: rates,
    audioOutput: rates,
    imageOutput: rates,
    perCall: fc.nat(1e9),
  },
  { requiredKeys: ['input', 'output'] },
)

/** A usage whose prompt and answer have so many tokens together, spread over the buckets in any way. */
function usageWithin(prompt: number, answer: number, shares: readonly number[]): Usage {
  const split = (total: number, cuts: readonly number[]): number[] => {
    const sum = cuts.reduce((left, right) => left + right, 0) || 1
    return cuts.map((cut) => Math.floor((total * cut) / sum))
  }
  const [input, cacheRead, cacheWrite, cacheWrite1h, audioInput, imageInput] = split(
    prompt,
    shares.slice(0, 6),
  )
  const [output, audioOutput, imageOutput] = split(answer, shares.slice(6, 9))
  return JSON.parse(
    JSON.stringify({
      input,
      cacheRead,
      cacheWrite,
      cacheWrite1h,
      audioInput,
      imageInput,
      output,
      audioOutput,
      imageOutput,
    }),
  )
}

const shares = fc.array(fc.nat(10), { minLength: 9, maxLength: 9 })

describe('BU2: the bound', () => {
  it('BU2: prompt bytes and an overhead: no prompt token is without a byte', () => {
    fc.assert(
      fc.property(fc.array(messages, { minLength: 1, maxLength: 6 }), (list) => {
        const bytes = list.reduce((sum, message) => {
          const calls = message.role === 'assistant' ? (message.tool_calls ?? []) : []
          const content = Array.isArray(message.content)
            ? message.content.map((part) => (part.type === 'text' ? part.text : '')).join('')
            : (message.content ?? '')
          return (
            sum +
            encoder.encode(
              `${content}${calls.map((call) => (call.type === 'function' ? call.function.arguments : '')).join('')}`,
            ).length
          )
        }, 0)
        const bound = promptTokenBound({ messages: list }, target)
        expect(bound).toBeGreaterThanOrEqual(bytes + 256 + 16 * list.length)
      }),
    )
  })

  it('BU2: what is held is at least what the call costs, for any usage within the prompt’s bytes and the answer’s limit', () => {
    fc.assert(
      fc.property(
        fc.array(messages, { minLength: 1, maxLength: 4 }),
        prices,
        fc.integer({ min: 1, max: 100_000 }),
        fc.integer({ min: 1, max: 4 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        shares,
        (list, price, maxTokens, answers, promptShare, answerShare, cut) => {
          const chat: ChatRequest = { messages: list, maxTokens, providerOptions: { one: { n: answers } } }
          const prompt = Math.floor(promptTokenBound(chat, target) * promptShare)
          const usage = usageWithin(prompt, Math.floor(maxTokens * answers * answerShare), cut)
          const limits = [applied({}), applied({ measure: 'tokens' }), applied({ measure: 'calls' })]
          const { claims, tokens } = claimsOf({
            chat,
            target,
            price,
            outputLimit: undefined,
            limits,
            rates: [],
            ceiling: undefined,
          })
          const charge = chargeOf(limits, [], usage, costOf(price, usage))
          expect(tokens).toEqual({ least: maxTokens, most: maxTokens })
          for (const [index, { base, perToken }] of claims.entries())
            expect(base + perToken * tokens.most).toBeGreaterThanOrEqual(charge.claims[index] ?? Number.NaN)
        },
      ),
      { numRuns: 300 },
    )
  })

  it('BU2: under a ceiling, as many tokens are granted as surely fit, and not one more', () => {
    fc.assert(
      fc.property(fc.nat(3e7), fc.nat(1e10), fc.nat(1e10), (ceiling, input, output) => {
        const { claims, tokens, overCeiling } = claimsOf({
          chat: { messages: [{ role: 'user', content: 'x' }] },
          target,
          price: { input, output },
          outputLimit: 8_000,
          limits: [applied({})],
          rates: [],
          ceiling,
        })
        const [claim] = claims
        const costFor = (length: number) => (claim?.base ?? 0) + (claim?.perToken ?? 0) * length
        if (overCeiling !== undefined) expect(overCeiling.asked).toBeGreaterThan(ceiling)
        else {
          expect(costFor(tokens.most)).toBeLessThanOrEqual(ceiling)
          if (tokens.most < 8_000) expect(costFor(tokens.most + 1)).toBeGreaterThan(ceiling)
          expect(tokens.least).toBe(1_024)
        }
      }),
    )
  })

  it('BU2: no amount is held that cannot be counted, whatever the length and the price', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.nat(1e15), fc.nat(1e15), (maxTokens, input, output) => {
        const { claims, tokens } = claimsOf({
          chat: { messages: [{ role: 'user', content: 'x' }], maxTokens: Math.max(1, maxTokens) },
          target,
          price: { input, output },
          outputLimit: undefined,
          limits: [applied({}), applied({ measure: 'tokens' })],
          rates: [],
          ceiling: undefined,
        })
        expect(tokens.least).toBeLessThanOrEqual(tokens.most)
        for (const { base, perToken } of claims)
          expect(base + perToken * tokens.most).toBeLessThanOrEqual(Number.MAX_SAFE_INTEGER)
      }),
    )
  })

  it('BU2: what a model cannot read it is not billed for: the bound stops at its window', () => {
    const chat: ChatRequest = { messages: [{ role: 'user', content: 'x'.repeat(10_000) }] }
    expect(promptTokenBound(chat, { ...target, contextWindow: 8_192 })).toBe(8_192)
    expect(promptTokenBound(chat, target)).toBe(10_272)
  })

  it('BU2: tools, the response format, names, extra fields, pictures, sound and files are in the bound', () => {
    const plain: ChatRequest = { messages: [{ role: 'user', content: 'x' }] }
    const least = promptTokenBound(plain, target)
    const description = 'd'.repeat(5_000)
    const richer: readonly [ChatRequest, number][] = [
      [{ ...plain, tools: [{ type: 'function', function: { name: 'f', description } }] }, 6_000],
      [
        {
          ...plain,
          responseFormat: { type: 'json_schema', json_schema: { name: 'a', schema: { description } } },
        },
        5_000,
      ],
      [{ ...plain, providerOptions: { one: { web: description } } }, 5_000],
      [{ messages: [{ role: 'user', content: 'x', name: 'n'.repeat(500) }] }, 500],
      [
        { messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'https://a/b' } }] }] },
        16_000,
      ],
      [
        {
          messages: [
            {
              role: 'user',
              content: [{ type: 'input_audio', input_audio: { data: 'a'.repeat(9_000), format: 'wav' } }],
            },
          ],
        },
        8_999,
      ],
      [{ messages: [{ role: 'user', content: [{ type: 'file', file: { file_id: 'f' } }] }] }, 100_000],
      [{ messages: [{ role: 'assistant', content: 'x', reasoning_content: 'r'.repeat(700) }] }, 700],
      [{ ...plain, providerOptions: { one: { previous_response_id: 'resp_1' } } }, 1_000_000],
    ]
    for (const [chat, more] of richer)
      expect(promptTokenBound(chat, target)).toBeGreaterThanOrEqual(least - 1 + more)
    expect(promptTokenBound({ ...plain, providerOptions: { two: { web: description } } }, target)).toBe(least)
  })

  it('BU2: the answer’s length is the largest of what the request says, in whatever words', () => {
    expect(answerBound({ messages: [] }, 'one')).toEqual({ answers: 1 })
    expect(answerBound({ messages: [], maxTokens: 5 }, 'one')).toEqual({ maxTokens: 5, answers: 1 })
    const providerOptions = {
      one: { max_tokens: 7, max_completion_tokens: 90, n: 3 },
      two: { max_tokens: 1_000 },
    }
    expect(answerBound({ messages: [], maxTokens: 5, providerOptions }, 'one')).toEqual({
      maxTokens: 90,
      answers: 3,
    })
    const several = { one: { best_of: 4, n: 2 } }
    expect(answerBound({ messages: [], providerOptions: several }, 'one')).toEqual({ answers: 4 })
  })

  it.each([
    ['max_tokens', -1],
    ['max_completion_tokens', null],
    ['max_output_tokens', 20_000.5],
    ['max_tokens', '100000'],
    ['n', 0],
    ['best_of', '5'],
  ])('BU2: a field %s that holds %j is refused: it would be sent as it is', (name, value) => {
    const chat = { messages: [], providerOptions: { one: { [name]: value } } }
    expect(() => answerBound(chat, 'one')).toThrow(`providerOptions.one.${name}: must be a whole number`)
    expect(answerBound(chat, 'two')).toEqual({ answers: 1 })
  })

  it('counts prompt and answer as people do', () => {
    fc.assert(
      fc.property(fc.nat(1_000), fc.nat(1_000), shares, (prompt, answer, cut) => {
        const usage = usageWithin(prompt, answer, cut)
        const charge = chargeOf(
          [applied({ measure: 'tokens' }), applied({ measure: 'calls' })],
          [],
          usage,
          null,
        )
        expect(charge.claims).toEqual([promptTokens(usage) + completionTokens(usage), 1])
      }),
    )
  })
})
