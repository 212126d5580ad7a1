// Token counts, wherever in a stream they stand and however a vendor counts.
import { describe, expect, it } from 'vitest'
import type { UsageDelta } from '../../../src/core/delta.js'
import { completionTokens, promptTokens } from '../../../src/core/usage.js'
import { readUsage } from '../../../src/wire/openai-chat/usage.js'
import { chunk, contentOf, finish } from './chunks.js'

const plain = { prompt_tokens: 10, completion_tokens: 3, total_tokens: 13 }

function usagesOf(...events: string[]): UsageDelta[] {
  return contentOf(...events).filter((delta) => delta.type === 'usage')
}

describe('usage in a stream', () => {
  const ofPlain: UsageDelta = { type: 'usage', usage: { input: 10, output: 3 } }

  it.each([
    ['a chunk without choices', [finish('stop'), JSON.stringify({ usage: plain })]],
    [
      'a chunk with an empty list of choices',
      [finish('stop'), JSON.stringify({ choices: [], usage: plain })],
    ],
    ['the chunk that ends', [finish('stop', { usage: plain })]],
    ['a chunk behind it that has a choice', [finish('stop'), chunk({ content: '' }, {}, { usage: plain })]],
    ['an ordinary chunk', [chunk({ content: 'a' }, {}, { usage: plain }), finish('stop')]],
    ['the choice', [chunk({}, { finish_reason: 'stop', usage: plain })]],
    ["Groq's own field", [finish('stop', { x_groq: { id: 'r', usage: plain } })]],
  ])('is read from %s', (_, events) => {
    expect(usagesOf(...events)).toEqual([ofPlain])
  })

  it('may be null in every chunk but one', () => {
    expect(usagesOf(chunk({ content: 'a' }, {}, { usage: null }), finish('stop', { usage: plain }))).toEqual([
      ofPlain,
    ])
  })

  it("takes Groq's own field only where there is no other", () => {
    const other = { prompt_tokens: 99, completion_tokens: 99 }
    expect(usagesOf(finish('stop', { usage: plain, x_groq: { usage: other } }))).toEqual([ofPlain])
    expect(
      usagesOf(finish('stop', { usage: plain }), JSON.stringify({ choices: [], x_groq: { usage: other } })),
    ).toEqual([ofPlain])
    const first = usagesOf(
      finish('stop', { x_groq: { usage: other } }),
      JSON.stringify({ choices: [], usage: plain }),
    )
    expect(first.at(-1)).toEqual(ofPlain)
  })

  it('comes as often as it is sent, so that the last one counts', () => {
    const of = (completion_tokens: number) =>
      chunk({ content: 'a' }, {}, { usage: { prompt_tokens: 1, completion_tokens } })
    expect(usagesOf(of(1), of(2), of(3), finish('stop')).map(({ usage }) => usage.output)).toEqual([1, 2, 3])
  })
})

describe('counts', () => {
  const countsOf = (usage: unknown) => readUsage(usage, {})?.usage

  it('set cached tokens apart from the prompt', () => {
    expect(countsOf({ ...plain, prompt_tokens_details: { cached_tokens: 8 } })).toEqual({
      input: 2,
      cacheRead: 8,
      output: 3,
    })
  })

  it.each([
    { prompt_tokens_details: { cached_tokens: 4 } },
    { cached_tokens: 4 },
    { prompt_cache_hit_tokens: 4, prompt_tokens_details: { cached_tokens: 0 } },
    { cache_read_input_tokens: 4, prompt_tokens_details: null },
  ])('find cached tokens in %j', (details) => {
    expect(countsOf({ ...plain, ...details })).toMatchObject({ input: 6, cacheRead: 4 })
  })

  it('set tokens written to a cache apart, by how long they are kept', () => {
    const usage = {
      prompt_tokens: 100,
      completion_tokens: 1,
      prompt_tokens_details: { cached_tokens: 10, cache_write_tokens: 50 },
    }
    expect(countsOf(usage)).toEqual({ input: 40, cacheRead: 10, cacheWrite: 50, output: 1 })
    expect(countsOf({ ...usage, cache_creation: { ephemeral_1h_input_tokens: 30 } })).toMatchObject({
      input: 40,
      cacheWrite: 20,
      cacheWrite1h: 30,
    })
  })

  it('keep the prompt as reported where its parts are more than the whole', () => {
    const cached = countsOf({
      prompt_tokens: 347,
      completion_tokens: 1,
      prompt_tokens_details: { cached_tokens: 403 },
    })
    expect(cached).toEqual({ input: 0, cacheRead: 347, output: 1 })
    const audio = countsOf({
      prompt_tokens: 11,
      completion_tokens: 15,
      total_tokens: 401,
      prompt_tokens_details: { audio_tokens: 375, cached_tokens: 9 },
    })
    expect(promptTokens(audio ?? {})).toBe(11)
    expect(completionTokens(audio ?? {})).toBe(15)
  })

  it('take reasoning as part of the completion', () => {
    expect(countsOf({ ...plain, completion_tokens_details: { reasoning_tokens: 2 } })).toMatchObject({
      output: 3,
      reasoning: 2,
    })
    expect(countsOf({ ...plain, reasoning_tokens: 2 })).toMatchObject({ output: 3, reasoning: 2 })
  })

  it('add reasoning to the completion where the total says that xAI counted it beside', () => {
    const usage = {
      prompt_tokens: 12,
      completion_tokens: 1,
      total_tokens: 303,
      completion_tokens_details: { reasoning_tokens: 290 },
    }
    expect(countsOf(usage)).toEqual({ input: 12, output: 291, reasoning: 290 })
  })

  it('cut reasoning down to the completion where it is more and the total says nothing', () => {
    const usage = {
      prompt_tokens: 43,
      completion_tokens: 10,
      total_tokens: 53,
      completion_tokens_details: { reasoning_tokens: 11 },
    }
    expect(countsOf(usage)).toEqual({ input: 43, output: 10, reasoning: 10 })
  })

  it('set audio and images apart on both sides', () => {
    const usage = {
      prompt_tokens: 100,
      completion_tokens: 50,
      prompt_tokens_details: { audio_tokens: 20, image_tokens: 30, cached_tokens: 0 },
      completion_tokens_details: { audio_tokens: 40, image_tokens: 0 },
    }
    expect(countsOf(usage)).toEqual({
      input: 50,
      cacheRead: 0,
      audioInput: 20,
      imageInput: 30,
      output: 10,
      audioOutput: 40,
    })
  })

  it('keep a reported 0', () => {
    expect(countsOf({ prompt_tokens: 0, completion_tokens: 0 })).toEqual({ input: 0, output: 0 })
  })

  it.each([-1, 1.5, '7', null, undefined, Number.NaN, 1e18, {}])('believe no count of %s', (count) => {
    expect(countsOf({ prompt_tokens: count, completion_tokens: 3 })).toEqual({ output: 3 })
    expect(countsOf({ prompt_tokens: 10, completion_tokens: count })).toEqual({ input: 10 })
    expect(countsOf({ prompt_tokens: count, completion_tokens: count })).toBeUndefined()
    expect(countsOf({ ...plain, prompt_tokens_details: { cached_tokens: count } })).toEqual({
      input: 10,
      output: 3,
    })
  })

  it.each([null, undefined, 7, 'x', [], {}])('are none in %j', (usage) => {
    expect(readUsage(usage, {})).toBeUndefined()
  })
})

describe('what the provider says a call cost', () => {
  it.each([
    ['OpenRouter', { cost: 0.002 }, {}, 0.002],
    ['OpenRouter for a free model', { cost: 0 }, {}, 0],
    [
      "OpenRouter with the caller's own key",
      { cost: 0.1, is_byok: true, cost_details: { upstream_inference_cost: 2 } },
      {},
      2.1,
    ],
    ['Perplexity', { cost: { total_cost: 0.005, request_cost: 0.004 } }, {}, 0.005],
    ['xAI', { cost_in_usd_ticks: 1_466_250 }, {}, 0.000146625],
    ['Venice', {}, { cost: { usd: 0.25, diem: 0 } }, 0.25],
    ['a cost beside the usage', {}, { cost: 0.5 }, 0.5],
  ])('is understood from %s', (_, usage, body, usd) => {
    expect(readUsage({ ...plain, ...usage }, body)?.reportedUsd).toBeCloseTo(usd, 12)
  })

  it.each([{ cost: '1' }, { cost: -1 }, { cost: null }, { cost: { total_cost: 'x' } }])(
    'is absent in %j',
    (usage) => {
      expect(readUsage({ ...plain, ...usage }, {})).toEqual({
        type: 'usage',
        usage: { input: 10, output: 3 },
      })
    },
  )
})
