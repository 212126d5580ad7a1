// What calls cost, against nano-dollars worked out by hand from the vendors' price lists.

import { beforeAll, describe, expect, it } from 'vitest'
import { genaiPrices } from '../../src/catalogue/genai-prices.js'
import type { Usage } from '../../src/core/usage.js'
import { costOf } from '../../src/cost/price.js'

interface Row {
  readonly of: string
  /** The vendor's prices in US dollars for a million tokens. */
  readonly usd: string
  readonly model: string
  /** @default 2026-11-21T12:00Z */
  readonly at?: string
  readonly usage: Usage
  /** Nano-dollars: tokens × dollars × 1,000, summed, rounded up. */
  readonly costs: number
}

const rows: readonly Row[] = [
  {
    of: 'OpenAI',
    usd: 'in 0.15, cached 0.075, out 0.60',
    model: 'openai/gpt-4o-mini',
    usage: { input: 1_000, output: 1_000 },
    costs: 750_000,
  },
  {
    of: 'OpenAI',
    usd: 'in 0.15, cached 0.075, out 0.60',
    model: 'openai/gpt-4o-mini',
    usage: { input: 1, output: 0 },
    costs: 150,
  },
  {
    of: 'OpenAI',
    usd: 'in 0.15, cached 0.075, out 0.60',
    model: 'openai/gpt-4o-mini-2024-07-18',
    usage: { input: 206, cacheRead: 1_800, output: 300 },
    costs: 345_900,
  },
  {
    of: 'OpenAI',
    usd: 'in 2.50, cached 1.25, out 10',
    model: 'openai/gpt-4o',
    usage: { input: 12_345, cacheRead: 4_096, output: 678 },
    costs: 42_762_500,
  },
  {
    of: 'OpenAI',
    usd: 'its first snapshot: in 5, out 15, no rate for the cache',
    model: 'openai/gpt-4o-2024-05-13',
    usage: { input: 1_000, cacheRead: 500, output: 100 },
    costs: 9_000_000,
  },
  {
    of: 'OpenAI',
    usd: 'in 2, cached 0.50, out 8',
    model: 'openai/gpt-4.1',
    usage: { input: 900_000, cacheRead: 50_000, output: 32_768 },
    costs: 2_087_144_000,
  },
  {
    of: 'OpenAI',
    usd: 'in 0.10, cached 0.025, out 0.40',
    model: 'openai/gpt-4.1-nano',
    usage: { input: 7, cacheRead: 3, output: 1 },
    costs: 1_175,
  },
  {
    of: 'OpenAI',
    usd: 'in 1.25, cached 0.125, out 10; reasoning is output',
    model: 'openai/gpt-5',
    usage: { input: 500, cacheRead: 1_500, output: 2_048, reasoning: 1_984 },
    costs: 21_292_500,
  },
  {
    of: 'OpenAI',
    usd: 'in 0.25, cached 0.025, out 2',
    model: 'openai/gpt-5-mini',
    usage: { input: 33, output: 7 },
    costs: 22_250,
  },
  {
    of: 'OpenAI',
    usd: 'in 0.05, cached 0.005, out 0.40',
    model: 'openai/gpt-5-nano-2025-08-07',
    usage: { input: 1, cacheRead: 1, output: 1 },
    costs: 455,
  },
  {
    of: 'OpenAI',
    usd: 'in 0.20, cached 0.02, out 1.25',
    model: 'openai/gpt-5.4-nano',
    usage: { input: 81, output: 19 },
    costs: 39_950,
  },
  {
    of: 'OpenAI',
    usd: 'in 15, out 120, no rate for the cache',
    model: 'openai/gpt-5-pro',
    usage: { input: 10_000, output: 5_000, reasoning: 4_500 },
    costs: 750_000_000,
  },
  {
    of: 'OpenAI',
    usd: 'in 1.10, cached 0.275, out 4.40',
    model: 'openai/o4-mini',
    usage: { input: 3_333, cacheRead: 3_333, output: 3_333 },
    costs: 19_248_075,
  },
  {
    of: 'OpenAI, before 10 June 2025',
    usd: 'in 10, cached 0.50 (the table), out 40',
    model: 'openai/o3',
    at: '2025-06-09T23:59:59.999Z',
    usage: { input: 1_000, output: 1_000 },
    costs: 50_000_000,
  },
  {
    of: 'OpenAI, from 10 June 2025',
    usd: 'in 2, cached 0.50, out 8',
    model: 'openai/o3',
    at: '2025-06-10T00:00:00Z',
    usage: { input: 1_000, cacheRead: 200, output: 1_000 },
    costs: 10_100_000,
  },
  {
    of: 'OpenAI, up to 271,999',
    usd: 'in 2.50, cached 0.25, out 15',
    model: 'openai/gpt-5.4',
    usage: { input: 271_999, output: 1_000 },
    costs: 694_997_500,
  },
  {
    of: 'OpenAI, from 272,000',
    usd: 'in 5, cached 0.50, out 22.50, for all of it',
    model: 'openai/gpt-5.4',
    usage: { input: 272_000, output: 1_000 },
    costs: 1_382_500_000,
  },
  {
    of: 'OpenAI, from 272,000 with the cache',
    usd: 'in 5, cached 0.50, out 22.50',
    model: 'openai/gpt-5.4',
    usage: { input: 2_000, cacheRead: 270_000, output: 1_000 },
    costs: 167_500_000,
  },
  {
    of: 'OpenAI, long output alone',
    usd: 'in 2.50, out 15: the answer does not count',
    model: 'openai/gpt-5.4',
    usage: { input: 200_000, output: 128_000 },
    costs: 2_420_000_000,
  },
  {
    of: 'OpenAI, writing to its cache',
    usd: 'in 2, written 2.50, cached 0.20, out 12',
    model: 'openai/gpt-5.6-terra',
    usage: { input: 100, cacheWrite: 4_000, cacheRead: 6_000, output: 500 },
    costs: 17_400_000,
  },
  {
    of: 'OpenAI, before 30 July 2026',
    usd: 'in 1, written 1.25, cached 0.10, out 6',
    model: 'openai/gpt-5.6-luna',
    at: '2026-07-29T12:00Z',
    usage: { input: 1_000, cacheWrite: 1_000, cacheRead: 1_000, output: 1_000 },
    costs: 8_350_000,
  },
  {
    of: 'OpenAI, from 30 July 2026',
    usd: 'in 0.20, written 0.25, cached 0.02, out 1.20',
    model: 'openai/gpt-5.6-luna',
    at: '2026-07-30T00:00Z',
    usage: { input: 1_000, cacheWrite: 1_000, cacheRead: 1_000, output: 1_000 },
    costs: 1_670_000,
  },
  {
    of: 'OpenAI, audio',
    usd: 'text in 2.50, out 10; audio in 32, out 64',
    model: 'openai/gpt-audio',
    usage: { input: 50, audioInput: 1_000, output: 80, audioOutput: 400 },
    costs: 58_525_000,
  },
  {
    of: 'OpenAI, audio',
    usd: 'text in 2.50, out 10; audio in 40, out 80',
    model: 'openai/gpt-4o-audio-preview',
    usage: { input: 17, audioInput: 123, output: 9, audioOutput: 45 },
    costs: 8_652_500,
  },
  {
    of: 'OpenAI, audio',
    usd: 'text in 0.15, out 0.60; audio in 10, out 20',
    model: 'openai/gpt-4o-mini-audio-preview',
    usage: { input: 17, audioInput: 123, output: 9, audioOutput: 45 },
    costs: 2_137_950,
  },
  {
    of: 'Anthropic',
    usd: 'in 1, written 1.25 (5 min) and 2 (1 h), cached 0.10, out 5',
    model: 'anthropic/claude-haiku-4-5',
    usage: { input: 21, output: 393 },
    costs: 1_986_000,
  },
  {
    of: 'Anthropic, all four prompt rates',
    usd: 'in 1, written 1.25 and 2, cached 0.10, out 5',
    model: 'anthropic/claude-haiku-4-5-20251001',
    usage: { input: 3, cacheRead: 18_886, cacheWrite: 1_024, cacheWrite1h: 2_048, output: 5 },
    costs: 7_292_600,
  },
  {
    of: 'Anthropic',
    usd: 'in 3, written 3.75 and 6, cached 0.30, out 15',
    model: 'anthropic/claude-sonnet-4-20250514',
    usage: { input: 4, cacheWrite: 4_735, output: 255 },
    costs: 21_593_250,
  },
  {
    of: 'Anthropic, up to 200,000',
    usd: 'in 3, written 3.75, cached 0.30, out 15',
    model: 'anthropic/claude-sonnet-4-5',
    usage: { input: 100_000, cacheRead: 100_000, output: 1_000 },
    costs: 345_000_000,
  },
  {
    of: 'Anthropic, above 200,000',
    usd: 'in 6, written 7.50 and 12, cached 0.60, out 22.50, for all of it',
    model: 'anthropic/claude-sonnet-4-5',
    usage: { input: 1, cacheRead: 100_000, cacheWrite: 60_000, cacheWrite1h: 40_000, output: 1_000 },
    costs: 1_012_506_000,
  },
  {
    of: 'Anthropic, long before 13 March 2026',
    usd: 'in 10 above 200,000, out 37.50',
    model: 'anthropic/claude-opus-4-6',
    at: '2026-03-12T23:59Z',
    usage: { input: 250_000, output: 2_000 },
    costs: 2_575_000_000,
  },
  {
    of: 'Anthropic, long from 13 March 2026',
    usd: 'in 5, out 25, whatever the length',
    model: 'anthropic/claude-opus-4-6',
    at: '2026-03-13T00:00Z',
    usage: { input: 250_000, output: 2_000 },
    costs: 1_300_000_000,
  },
  {
    of: 'Anthropic',
    usd: 'in 15, written 18.75 and 30, cached 1.50, out 75',
    model: 'anthropic/claude-opus-4-1-20250805',
    usage: { input: 7, cacheRead: 11, cacheWrite: 13, cacheWrite1h: 17, output: 19, reasoning: 10 },
    costs: 2_300_250,
  },
  {
    of: 'Anthropic',
    usd: 'in 5, cached 0.50, out 25',
    model: 'anthropic/claude-opus-4-5-20251101',
    usage: { input: 999, cacheRead: 1, output: 1 },
    costs: 5_020_500,
  },
  {
    of: 'Anthropic',
    usd: 'in 10, cached 0.25, out 50',
    model: 'anthropic/claude-fable-5-1',
    usage: { input: 100, cacheRead: 10_000, output: 100 },
    costs: 8_500_000,
  },
  {
    of: 'Anthropic',
    usd: 'in 4, cached 0.20, written 5 and 8, out 20',
    model: 'anthropic/claude-opus-5-5',
    usage: { input: 10, cacheRead: 1_000, cacheWrite: 100, cacheWrite1h: 10, output: 10 },
    costs: 1_020_000,
  },
  {
    of: 'Anthropic',
    usd: 'in 0.80, written 1 and 1.60, cached 0.08, out 4',
    model: 'anthropic/claude-3-5-haiku-20241022',
    usage: { input: 1, cacheRead: 1, cacheWrite: 1, cacheWrite1h: 1, output: 1 },
    costs: 7_480,
  },
  {
    of: 'Anthropic',
    usd: 'in 0.25, written 0.30, cached 0.03, out 1.25',
    model: 'anthropic/claude-3-haiku@20240307',
    usage: { input: 11, cacheRead: 1, output: 3 },
    costs: 6_530,
  },
  {
    of: 'Gemini, up to 200,000',
    usd: 'in 1.25, cached 0.125, out 10',
    model: 'gemini/gemini-2.5-pro',
    usage: { input: 200_000, output: 500 },
    costs: 255_000_000,
  },
  {
    of: 'Gemini, above 200,000',
    usd: 'in 2.50, cached 0.25, out 15, for all of it',
    model: 'gemini/gemini-2.5-pro',
    usage: { input: 200_001, output: 500 },
    costs: 507_502_500,
  },
  {
    of: 'Gemini, above 200,000 with the cache',
    usd: 'in 4, cached 0.40, out 18',
    model: 'gemini/gemini-3.1-pro-preview',
    usage: { input: 50_000, cacheRead: 160_000, output: 1_234, reasoning: 1_000 },
    costs: 286_212_000,
  },
  {
    of: 'Gemini, audio',
    usd: 'in 0.30, cached 0.03, audio in 1, out 2.50',
    model: 'gemini/gemini-2.5-flash',
    usage: { input: 120, cacheRead: 1_000, audioInput: 640, output: 77 },
    costs: 898_500,
  },
  {
    of: 'Gemini',
    usd: 'in 0.10, cached 0.01, audio in 0.30, out 0.40',
    model: 'gemini/gemini-2.5-flash-lite',
    usage: { input: 3, audioInput: 5, output: 7 },
    costs: 4_600,
  },
  {
    of: 'Gemini, pictures',
    usd: 'in 0.30, text out 2.50, pictures out 30',
    model: 'gemini/gemini-2.5-flash-image',
    usage: { input: 20, output: 10, imageOutput: 1_290 },
    costs: 38_731_000,
  },
  {
    of: 'Gemini',
    usd: 'in 0.25, cached 0.025, out 1.50',
    model: 'gemini/models/gemini-3.1-flash-lite',
    usage: { input: 9, cacheRead: 90, output: 900 },
    costs: 1_354_500,
  },
  {
    of: 'Gemini, to the end of 2026',
    usd: 'in 0.75, cached 0.075, out 3.75',
    model: 'gemini/gemini-3.8-flash',
    at: '2026-12-31T23:59:59Z',
    usage: { input: 1_000, output: 1_000 },
    costs: 4_500_000,
  },
  {
    of: 'Gemini, from 2027',
    usd: 'in 1.50, cached 0.15, out 7.50',
    model: 'gemini/gemini-3.8-flash',
    at: '2027-01-01T00:00Z',
    usage: { input: 1_000, output: 1_000 },
    costs: 9_000_000,
  },
  {
    of: 'DeepSeek, by day',
    usd: '00:30 to 16:30 UTC: in 0.27, cached 0.07, out 1.10',
    model: 'deepseek/deepseek-chat',
    at: '2025-06-01T00:30Z',
    usage: { input: 100, cacheRead: 200, output: 300 },
    costs: 371_000,
  },
  {
    of: 'DeepSeek, by night',
    usd: '16:30 to 00:30 UTC: in 0.135, cached 0.035, out 0.55',
    model: 'deepseek/deepseek-chat',
    at: '2025-06-01T16:30Z',
    usage: { input: 100, cacheRead: 200, output: 300 },
    costs: 185_500,
  },
  {
    of: 'DeepSeek, by day',
    usd: 'in 0.55, cached 0.14, out 2.19; reasoning is output',
    model: 'deepseek/deepseek-reasoner',
    at: '2025-06-01T12:00Z',
    usage: { input: 15, output: 450, reasoning: 400 },
    costs: 993_750,
  },
  {
    of: 'DeepSeek, off-peak',
    usd: 'in 0.66, cached 0.022, out 1.98',
    model: 'deepseek/deepseek-v4-pro',
    at: '2026-09-01T05:00Z',
    usage: { input: 1_000, cacheRead: 5_000, output: 250 },
    costs: 1_265_000,
  },
  {
    of: 'DeepSeek, at its peak',
    usd: '01:00 to 04:00 and 06:00 to 10:00 UTC: in 1.32, cached 0.044, out 3.96',
    model: 'deepseek/deepseek-v4-pro',
    at: '2026-09-01T06:00Z',
    usage: { input: 1_000, cacheRead: 5_000, output: 250 },
    costs: 2_530_000,
  },
  {
    of: 'DeepSeek, before 17 August 2026',
    usd: 'in 0.435, cached 0.003625, out 0.87',
    model: 'deepseek/deepseek-v4-pro',
    at: '2026-08-16T12:00Z',
    usage: { input: 1_001, cacheRead: 5_001, output: 251 },
    costs: 671_934,
  },
  {
    of: 'xAI, below 200,000',
    usd: 'in 1.25, cached 0.20, out 2.50',
    model: 'xai/grok-4.3',
    usage: { input: 199_000, cacheRead: 999, output: 100, reasoning: 60 },
    costs: 249_199_800,
  },
  {
    of: 'xAI, from 200,000',
    usd: 'in 2.50, cached 0.40, out 5, for all of it',
    model: 'xai/grok-4.3',
    usage: { input: 199_000, cacheRead: 1_000, output: 100 },
    costs: 498_400_000,
  },
  {
    of: 'xAI',
    usd: 'in 3, cached 0.75, out 15',
    model: 'xai/grok-4-0709',
    usage: { input: 32, cacheRead: 8, output: 16 },
    costs: 342_000,
  },
  {
    of: 'xAI',
    usd: 'in 0.20, cached 0.02, out 1.50',
    model: 'xai/grok-code-fast-1',
    usage: { input: 333, cacheRead: 333, output: 333 },
    costs: 572_760,
  },
  {
    of: 'Mistral',
    usd: 'in 0.40, cached 0.04, out 2',
    model: 'mistral/mistral-medium-2508',
    usage: { input: 41, output: 17 },
    costs: 50_400,
  },
  {
    of: 'Mistral, before 16 June 2026',
    usd: 'in 0.40, out 2',
    model: 'mistral/mistral-medium-latest',
    at: '2026-06-15T12:00Z',
    usage: { input: 1_000, output: 1_000 },
    costs: 2_400_000,
  },
  {
    of: 'Mistral, from 16 June 2026',
    usd: 'in 1.50, cached 0.15, out 7.50',
    model: 'mistral/mistral-medium-latest',
    at: '2026-06-16T00:00Z',
    usage: { input: 1_000, cacheRead: 10, output: 1_000 },
    costs: 9_001_500,
  },
  {
    of: 'Mistral',
    usd: 'in 2, out 5',
    model: 'mistral/magistral-medium-2509',
    usage: { input: 10, output: 5_000 },
    costs: 25_020_000,
  },
  {
    of: 'Mistral',
    usd: 'in 0.04, out 0.04',
    model: 'mistral/ministral-3b',
    usage: { input: 1, output: 1 },
    costs: 80,
  },
  {
    of: 'Groq',
    usd: 'in 0.05, out 0.08',
    model: 'groq/llama-3.1-8b-instant',
    usage: { input: 999_999, output: 1 },
    costs: 50_000_030,
  },
  {
    of: 'Groq',
    usd: 'in 0.075, cached 0.0375, out 0.30',
    model: 'groq/openai/gpt-oss-20b',
    usage: { input: 73, cacheRead: 1, output: 29 },
    costs: 14_213,
  },
  {
    of: 'Groq',
    usd: 'in 1, cached 0.50, out 3',
    model: 'groq/moonshotai/kimi-k2-instruct',
    usage: { input: 12, cacheRead: 34, output: 56 },
    costs: 197_000,
  },
  {
    of: 'Cerebras',
    usd: 'in 0.35, out 0.75',
    model: 'cerebras/gpt-oss-120b',
    usage: { input: 70, output: 30 },
    costs: 47_000,
  },
  {
    of: 'Fireworks',
    usd: 'in 0.60, cached 0.10, out 3',
    model: 'fireworks/accounts/fireworks/models/kimi-k2p5',
    usage: { input: 5, cacheRead: 5, output: 5 },
    costs: 18_500,
  },
  {
    of: 'Together',
    usd: 'in 0.88, out 0.88',
    model: 'together/meta-llama/Llama-3.3-70B-Instruct-Turbo',
    usage: { input: 39, output: 61 },
    costs: 88_000,
  },
  {
    of: 'Moonshot',
    usd: 'in 0.95, cached 0.16, out 4',
    model: 'moonshot/kimi-k2.6',
    usage: { input: 10, cacheRead: 256, output: 90 },
    costs: 410_460,
  },
  {
    of: 'MiniMax',
    usd: 'in 0.30, written 0.375, cached 0.03, out 1.20',
    model: 'minimax/MiniMax-M2',
    usage: { input: 1, cacheRead: 1, cacheWrite: 1, output: 1 },
    costs: 1_905,
  },
  {
    of: 'Z.AI, at half price until 9 September 2026',
    usd: 'in 0.075, cached 0.015, out 0.25',
    model: 'zai/glm-5.3-flash',
    at: '2026-09-01T12:00Z',
    usage: { input: 1_000, cacheRead: 1_000, output: 1_000 },
    costs: 340_000,
  },
  {
    of: 'Z.AI, since',
    usd: 'in 0.15, cached 0.03, out 0.50',
    model: 'zai/glm-5.3-flash',
    usage: { input: 1_000, cacheRead: 1_000, output: 1_000 },
    costs: 680_000,
  },
  {
    of: 'Perplexity',
    usd: 'in 3, out 15, and 0.014 for the request',
    model: 'perplexity/sonar-pro',
    usage: { input: 8, output: 350 },
    costs: 19_274_000,
  },
  {
    of: 'OpenRouter',
    usd: 'in 0.20, cached 0.02, out 1.25',
    model: 'openrouter/openai/gpt-5.4-nano',
    usage: { input: 100, cacheRead: 50, output: 25 },
    costs: 52_250,
  },
  {
    of: 'OpenRouter, free',
    usd: 'nothing',
    model: 'openrouter/deepseek/deepseek-r1:free',
    usage: { input: 100, output: 25 },
    costs: 0,
  },
  {
    of: 'Azure, as OpenAI',
    usd: 'in 0.15, cached 0.075, out 0.60',
    model: 'azure/gpt-4o-mini',
    usage: { input: 100, cacheRead: 50, output: 25 },
    costs: 33_750,
  },
]

const prices = genaiPrices()

beforeAll(() => prices.load())

describe('D11: what a call costs, to the nano-dollar', () => {
  it.each(rows)('$of, $model ($usd): $costs', ({ model, at = '2026-11-21T12:00Z', usage, costs }) => {
    const slash = model.indexOf('/')
    const found = prices.find(model.slice(0, slash), model.slice(slash + 1), Date.parse(at))
    expect(found).toBeDefined()
    expect(found && costOf(found.price, usage)).toBe(costs)
  })

  it('has no two rows that say the same', () => {
    expect(new Set(rows.map((row) => JSON.stringify({ ...row, of: '' }))).size).toBe(rows.length)
    expect(rows.length).toBeGreaterThanOrEqual(60)
  })
})

describe('CO7: small calls', () => {
  it('CO7: 1,000 tokens in and 1,000 out at $0.15 and $0.60 cost $0.00075, a million times over', () => {
    const cost = costOf({ input: 150_000_000, output: 600_000_000 }, { input: 1_000, output: 1_000 })
    expect(cost).toBe(750_000)
    let sum = 0
    for (let call = 0; call < 1_000_000; call += 1) sum += cost
    expect(sum).toBe(750_000_000_000)
  })
})
