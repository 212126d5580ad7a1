// An app that never was: a real handler and a file store, weeks of requests of several tenants, and what went wrong.

import { BYOKHandler } from '../../src/handler.js'
import { fileStore } from '../../src/stores/file.js'
import { FakeClock } from '../../src/testing/fake-clock.js'
import { type Reply, reply } from '../../src/testing/reply.js'
import { startUpstream, type UpstreamRequest } from '../../src/testing/upstream.js'

const dayMs = 86_400_000

/** What the app does. */
export interface AppOptions {
  readonly directory: string
  readonly requests: number
  readonly days: number
  /** When the last request is made. @default now */
  readonly until?: number
  /** @default a few companies */
  readonly tenants?: readonly string[]
  /** @default 16 MiB */
  readonly segmentBytes?: number
}

/** What the app saw of it, before it was closed. */
export interface AppStory {
  readonly usage: Awaited<ReturnType<BYOKHandler['usage']>>
  readonly budgets: Awaited<ReturnType<BYOKHandler['budget']>>
  readonly refused: number
}

/** How each model answers: its share of the requests, its usual wait for the first token, and how often it fails. */
const models = [
  { name: 'openai/gpt-5.4-nano', share: 0.4, firstMs: 240, failing: 0.01 },
  { name: 'anthropic/claude-haiku-4-5', share: 0.25, firstMs: 420, failing: 0.05 },
  { name: 'openai/gpt-5.4', share: 0.12, firstMs: 610, failing: 0.02 },
  { name: 'deepseek/deepseek-chat', share: 0.13, firstMs: 880, failing: 0.08 },
  { name: 'local/qwen3:14b', share: 0.1, firstMs: 1_300, failing: 0.03 },
]

/** Runs the app to its end, and closes all of it. Time is a fake clock's. */
export async function runApp(options: AppOptions): Promise<AppStory> {
  const { directory, requests, days, until = Date.now(), tenants = usualTenants } = options
  const clock = new FakeClock({ date: until - days * dayMs, seed: 11 })
  const store = fileStore({ directory, clock, sync: 'os', segmentBytes: options.segmentBytes ?? 2 ** 24 })
  const upstream = await startUpstream(async (request) => {
    const model = models.find(({ name }) => name.endsWith(`/${modelOf(request)}`)) ?? models[0]!
    await clock.advance(Math.round(model.firstMs * (0.6 + clock.random() + 3 * clock.random() ** 10)))
    return answer(clock, model.failing)
  })
  const baseURL = `${upstream.url}/v1`
  const byok = new BYOKHandler({
    clock,
    store,
    keys: Object.fromEntries(
      ['openai', 'anthropic', 'deepseek'].map((name) => [name, `test-key-${name}-0001`]),
    ),
    providers: {
      openai: { baseURL },
      anthropic: { baseURL: upstream.url },
      deepseek: { baseURL },
      local: { dialect: 'openai-chat', baseURL, keys: 'none' },
    },
    // A retry would wait for the clock, which nobody moves then.
    retry: { maxRetries: 0 },
    unknownPrice: 'allow',
    budgets: [
      { scope: 'tenant', usd: 0.75, per: 'day' },
      { scope: 'app', usd: 60, per: 'month', timeZone: 'Europe/Berlin' },
      { scope: 'agent', tokens: 40_000_000, per: 'total', onExceed: 'alert' },
      { scope: 'user', calls: 50, per: 'hour' },
    ],
  })
  let refused = 0
  const endsAt = clock.now() + days * dayMs
  try {
    for (let at = 0; at < requests; at += 1) {
      const gap = (endsAt - clock.now()) / (requests - at)
      await clock.advance(Math.max(0, Math.round(gap * (at === requests - 1 ? 0.9 : 2 * clock.random()))))
      // Weekends are quiet.
      if ([0, 6].includes(new Date(clock.date()).getUTCDay()) && clock.random() < 0.5) continue
      const tenant = tenants[Math.floor(clock.random() ** 2 * tenants.length)] ?? 'acme'
      const model = pick(clock)
      await byok
        .generateResponse({
          model: [
            model,
            model === 'openai/gpt-5.4-nano' ? 'anthropic/claude-haiku-4-5' : 'openai/gpt-5.4-nano',
          ],
          prompt: 'Tell me more.',
          tenant,
          user: `user-${Math.floor(clock.random() * 4)}`,
          ...(clock.random() < 0.3 ? { agent: 'writer' } : {}),
          maxTokens: 1_600,
        })
        .catch(() => {
          refused += 1
        })
    }
    const budgets = await byok.budget({ tenant: tenants[0], agent: 'writer', user: 'user-1' })
    return { usage: await byok.usage({ groupBy: ['tenant', 'provider', 'model'] }), budgets, refused }
  } finally {
    await byok.close()
    await store.close()
    await upstream.close()
  }
}

const usualTenants = ['acme', 'globex', 'initech', 'umbrella', 'hooli', 'wonka']

function pick(clock: FakeClock): string {
  let left = clock.random()
  const found = models.find(({ share }) => {
    left -= share
    return left < 0
  })
  return (found ?? models[0]!).name
}

function answer(clock: FakeClock, failing: number): Reply {
  const chance = clock.random()
  if (chance < failing * 0.4)
    return reply.error(429, { message: 'Too many requests.' }, { 'retry-after': '1' })
  if (chance < failing * 0.8) return reply.status(503)
  if (chance < failing * 0.9)
    return reply.error(400, { message: 'Too long.', code: 'context_length_exceeded' })
  if (chance < failing) return reply.reset()
  const input = Math.floor(300 + clock.random() ** 2 * 24_000)
  const output = Math.floor(40 + clock.random() ** 2 * 1_500)
  return reply.chat({ text: 'Very well.', usage: { input, output } })
}

function modelOf({ body }: UpstreamRequest): string {
  return typeof body === 'object' && body !== null && 'model' in body ? String(body.model) : ''
}
