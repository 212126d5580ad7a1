// From the bytes of a provider's answer to nano-dollars: how each vendor counts must not change what is paid.

import { beforeAll, describe, expect, it } from 'vitest'
import { accumulate, type ChunkOptions } from '../../src/accumulate.js'
import { genaiPrices } from '../../src/catalogue/genai-prices.js'
import type { Usage } from '../../src/core/usage.js'
import { costOf } from '../../src/cost/price.js'

type DialectName = NonNullable<ChunkOptions['dialect']>

const prices = genaiPrices()

beforeAll(() => prices.load())

/** The chunks of a stream that says next to nothing and ends with this usage. */
function chunksOf(dialect: DialectName, usage: string): string[] {
  switch (dialect) {
    case 'openai-chat':
      return [
        '{"id":"c","model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":"Hi"}}]}',
        '{"id":"c","model":"m","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}',
        `{"id":"c","model":"m","choices":[],"usage":${usage}}`,
        '[DONE]',
      ]
    case 'openai-responses':
      return [
        '{"type":"response.created","response":{"id":"r","model":"m","status":"in_progress","output":[]}}',
        `{"type":"response.completed","response":{"id":"r","model":"m","status":"completed","output":[],"usage":${usage}}}`,
      ]
    case 'anthropic-messages':
      return [
        `{"type":"message_start","message":{"id":"m","model":"m","role":"assistant","content":[],"usage":${usage}}}`,
        '{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}',
        '{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hi"}}',
        '{"type":"content_block_stop","index":0}',
        `{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":${usage}}`,
        '{"type":"message_stop"}',
      ]
    default:
      dialect satisfies never
      return []
  }
}

interface Row {
  /** How the vendor counts. */
  readonly how: string
  readonly provider: string
  readonly model: string
  readonly dialect: DialectName
  /** The usage object as it stands in the answer. */
  readonly sent: string
  readonly buckets: Usage
  /** The sum by hand, tokens × dollars a million × 1,000. */
  readonly sum: string
  readonly costs: number
}

const rows: readonly Row[] = [
  {
    how: 'OpenAI counts the cache inside the prompt and reasoning inside the completion',
    provider: 'openai',
    model: 'gpt-5',
    dialect: 'openai-chat',
    sent: '{"prompt_tokens":2006,"completion_tokens":300,"total_tokens":2306,"prompt_tokens_details":{"cached_tokens":1920,"audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":256,"audio_tokens":0}}',
    buckets: { input: 86, cacheRead: 1920, output: 300, reasoning: 256 },
    sum: '86 × 1.25 + 1920 × 0.125 + 300 × 10',
    costs: 107_500 + 240_000 + 3_000_000,
  },
  {
    how: 'OpenAI counts audio inside both',
    provider: 'openai',
    model: 'gpt-audio',
    dialect: 'openai-chat',
    sent: '{"prompt_tokens":130,"completion_tokens":450,"total_tokens":580,"prompt_tokens_details":{"cached_tokens":0,"audio_tokens":100},"completion_tokens_details":{"reasoning_tokens":0,"audio_tokens":400}}',
    buckets: { input: 30, cacheRead: 0, audioInput: 100, output: 50, reasoning: 0, audioOutput: 400 },
    sum: '30 × 2.50 + 100 × 32 + 50 × 10 + 400 × 64',
    costs: 75_000 + 3_200_000 + 500_000 + 25_600_000,
  },
  {
    how: "OpenAI's Responses counts what it reads from and writes to the cache inside the input",
    provider: 'openai',
    model: 'gpt-5.6-terra',
    dialect: 'openai-responses',
    sent: '{"input_tokens":10100,"input_tokens_details":{"cached_tokens":6000,"cache_write_tokens":4000},"output_tokens":500,"output_tokens_details":{"reasoning_tokens":448},"total_tokens":10600}',
    buckets: { input: 100, cacheRead: 6000, cacheWrite: 4000, output: 500, reasoning: 448 },
    sum: '100 × 2 + 6000 × 0.20 + 4000 × 2.50 + 500 × 12',
    costs: 200_000 + 1_200_000 + 10_000_000 + 6_000_000,
  },
  {
    how: 'Anthropic counts the cache apart from the input',
    provider: 'anthropic',
    model: 'claude-haiku-4-5',
    dialect: 'anthropic-messages',
    sent: '{"input_tokens":21,"cache_creation_input_tokens":3072,"cache_read_input_tokens":18886,"cache_creation":{"ephemeral_5m_input_tokens":1024,"ephemeral_1h_input_tokens":2048},"output_tokens":393,"service_tier":"standard"}',
    buckets: { input: 21, cacheRead: 18_886, cacheWrite: 1024, cacheWrite1h: 2048, output: 393 },
    sum: '21 × 1 + 18886 × 0.10 + 1024 × 1.25 + 2048 × 2 + 393 × 5',
    costs: 21_000 + 1_888_600 + 1_280_000 + 4_096_000 + 1_965_000,
  },
  {
    how: 'Anthropic counts thinking inside the output',
    provider: 'anthropic',
    model: 'claude-sonnet-5',
    dialect: 'anthropic-messages',
    sent: '{"input_tokens":10,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"output_tokens":1000,"output_tokens_details":{"thinking_tokens":900}}',
    buckets: { input: 10, cacheRead: 0, cacheWrite: 0, output: 1000, reasoning: 900 },
    sum: '10 × 2 + 1000 × 10',
    costs: 20_000 + 10_000_000,
  },
  {
    how: 'DeepSeek splits the prompt into hits and misses',
    provider: 'deepseek',
    model: 'deepseek-v4-pro',
    dialect: 'openai-chat',
    sent: '{"prompt_tokens":6000,"completion_tokens":250,"total_tokens":6250,"prompt_tokens_details":{"cached_tokens":5000},"completion_tokens_details":{"reasoning_tokens":200},"prompt_cache_hit_tokens":5000,"prompt_cache_miss_tokens":1000}',
    buckets: { input: 1000, cacheRead: 5000, output: 250, reasoning: 200 },
    sum: '1000 × 0.66 + 5000 × 0.022 + 250 × 1.98',
    costs: 660_000 + 110_000 + 495_000,
  },
  {
    how: 'xAI counts reasoning beside the completion',
    provider: 'xai',
    model: 'grok-4.3',
    dialect: 'openai-chat',
    sent: '{"prompt_tokens":32,"completion_tokens":9,"total_tokens":141,"prompt_tokens_details":{"text_tokens":32,"audio_tokens":0,"image_tokens":0,"cached_tokens":6},"completion_tokens_details":{"reasoning_tokens":100,"audio_tokens":0}}',
    buckets: { input: 26, cacheRead: 6, output: 109, reasoning: 100 },
    sum: '26 × 1.25 + 6 × 0.20 + 109 × 2.50',
    costs: 32_500 + 1_200 + 272_500,
  },
  {
    how: 'Gemini, in the words of OpenAI',
    provider: 'gemini',
    model: 'gemini-2.5-pro',
    dialect: 'openai-chat',
    sent: '{"prompt_tokens":201000,"completion_tokens":40,"total_tokens":201040,"prompt_tokens_details":{"cached_tokens":1000},"completion_tokens_details":{"reasoning_tokens":30}}',
    buckets: { input: 200_000, cacheRead: 1000, output: 40, reasoning: 30 },
    sum: '200000 × 2.50 + 1000 × 0.25 + 40 × 15: 201,000 are more than 200,000',
    costs: 500_000_000 + 250_000 + 600_000,
  },
  {
    how: 'Mistral says no more than two numbers',
    provider: 'mistral',
    model: 'mistral-medium-2508',
    dialect: 'openai-chat',
    sent: '{"prompt_tokens":41,"completion_tokens":17,"total_tokens":58}',
    buckets: { input: 41, output: 17 },
    sum: '41 × 0.40 + 17 × 2',
    costs: 16_400 + 34_000,
  },
  {
    how: 'Groq sends timings beside the counts',
    provider: 'groq',
    model: 'openai/gpt-oss-20b',
    dialect: 'openai-chat',
    sent: '{"queue_time":0.04,"prompt_tokens":74,"prompt_time":0.003,"completion_tokens":29,"completion_time":0.03,"total_tokens":103,"total_time":0.034,"prompt_tokens_details":{"cached_tokens":64},"completion_tokens_details":{"reasoning_tokens":11}}',
    buckets: { input: 10, cacheRead: 64, output: 29, reasoning: 11 },
    sum: '10 × 0.075 + 64 × 0.0375 + 29 × 0.30',
    costs: 750 + 2_400 + 8_700,
  },
  {
    how: 'Moonshot names the cache at the top',
    provider: 'moonshot',
    model: 'kimi-k2.6',
    dialect: 'openai-chat',
    sent: '{"prompt_tokens":266,"completion_tokens":90,"total_tokens":356,"cached_tokens":256}',
    buckets: { input: 10, cacheRead: 256, output: 90 },
    sum: '10 × 0.95 + 256 × 0.16 + 90 × 4',
    costs: 9_500 + 40_960 + 360_000,
  },
]

describe('D11: from the bytes of an answer to what it costs', () => {
  it.each(rows)('D11: $how ($model: $sum)', async ({ provider, model, dialect, sent, buckets, costs }) => {
    const { byok } = await accumulate(chunksOf(dialect, sent), { dialect })
    const found = prices.find(provider, model, Date.parse('2026-11-21T12:00Z'))
    expect(byok.usageEstimated).toBe(false)
    expect(byok.usage).toEqual(buckets)
    expect(found && costOf(found.price, byok.usage)).toBe(costs)
  })
})
