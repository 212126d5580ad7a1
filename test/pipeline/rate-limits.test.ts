// What a handler learns of rate limits and sessions from real answers, so that the next request can go by it.

import { afterEach, describe, expect, it } from 'vitest'
import { assemble } from '../../src/assemble.js'
import type { ProviderAdapter } from '../../src/core/contracts.js'
import type { Message } from '../../src/core/message.js'
import type { RateLimits } from '../../src/core/rate-limits.js'
import { Secret } from '../../src/core/secret.js'
import { SafeEmitter } from '../../src/events/emitter.js'
import type { CompletionRequest } from '../../src/options/completion-request.js'
import { checkHandlerOptions, type HandlerOptions } from '../../src/options/handler-options.js'
import { prepareRequest } from '../../src/options/prepare.js'
import { RequestContext } from '../../src/pipeline/context.js'
import { headroomOf } from '../../src/pipeline/rate-notes.js'
import { run } from '../../src/pipeline/run.js'
import { FakeClock } from '../../src/testing/fake-clock.js'
import { reply } from '../../src/testing/reply.js'
import { scriptedProvider } from '../../src/testing/scripted-provider.js'
import type { DialectName } from '../../src/wire/dialect.js'
import { addressOf, dialects, failureOf, upstreamWith } from './stage.js'

const closers: (() => Promise<void>)[] = []

afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

/** A handler's parts, and how to send a request through them. */
function partsOf(options: HandlerOptions) {
  const clock = new FakeClock()
  const settings = checkHandlerOptions({ retry: { maxRetries: 0 }, clock, ...options })
  const { parts, connectAgents } = assemble(settings, new SafeEmitter(() => undefined))
  closers.push(() => connectAgents.close())
  const ask = async (request: CompletionRequest) => {
    const prepared = prepareRequest(request, 'generateResponse', settings, parts.newId('req'))
    return run(new RequestContext(prepared, parts, 'done', { queue: undefined, onStop: () => undefined }))
  }
  /** The headroom of a model by the app's own key, or by a tenant's. */
  const left = (model = 'm', tenant?: string, key?: string) => {
    const keys = [{ id: '1', weight: 1, secret: new Secret(key ?? 'test-key-one-0001') }]
    const credential = { keys, source: tenant === undefined ? ('app' as const) : ('tenant' as const) }
    return headroomOf({ provider: 'one', model }, credential, tenant, parts)
  }
  return { clock, parts, ask, left }
}

const told = {
  'x-ratelimit-limit-requests': '10',
  'x-ratelimit-remaining-requests': '4',
  'x-ratelimit-reset-requests': '30s',
}

const request = { model: 'one/m', prompt: 'x' }

function providerAt(url: string, dialect: DialectName, more: HandlerOptions = {}) {
  return partsOf({
    keys: { one: 'test-key-one-0001' },
    providers: { one: { dialect, baseURL: addressOf(url, dialect) } },
    ...more,
  })
}

describe('RK10: what an answer tells of rate limits', () => {
  it.each(dialects)('RK10: is learnt by %s, whether the answer is one or an error', async (dialect) => {
    const upstream = await upstreamWith([
      { ...reply.chat(), headers: told },
      reply.error(429, { message: 'Slow down.' }, { ...told, 'x-ratelimit-remaining-requests': '0' }),
    ])
    const { clock, ask, left } = providerAt(upstream.url, dialect)
    expect(left()).toBe(1)
    await ask(request)
    expect(left()).toBe(0.4)
    expect(left('other')).toBe(1)
    await clock.advance(1_000)
    expect((await failureOf(ask(request))).code).toBe('rate-limited')
    expect(left()).toBe(0)
    await clock.advance(29_999)
    expect(left()).toBe(0)
    await clock.advance(1)
    expect(left()).toBe(1)
  })

  it('RK10: is learnt from Anthropic, by the date of its reset', async () => {
    const headers = {
      'anthropic-ratelimit-tokens-limit': '1000',
      'anthropic-ratelimit-tokens-remaining': '250',
      'anthropic-ratelimit-tokens-reset': '2026-01-01T00:00:20Z',
    }
    const upstream = await upstreamWith([{ ...reply.chat(), headers }])
    const { clock, ask, left } = providerAt(upstream.url, 'anthropic-messages')
    await ask(request)
    expect(left()).toBe(0.25)
    await clock.advance(20_000)
    expect(left()).toBe(1)
  })

  it("RK10: is learnt through an app's own client too, also from its errors", async () => {
    const client = {
      apiKey: 'test-key-one-0001',
      baseURL: 'http://127.0.0.1:9/v1',
      chat: {},
      post: () => ({
        asResponse: async (): Promise<Response> => {
          throw Object.assign(new Error('429'), { status: 429, headers: new Headers(told) })
        },
      }),
    }
    const { ask, parts } = partsOf({ providers: { one: { dialect: 'openai-chat', client } } })
    expect((await failureOf(ask(request))).code).toBe('rate-limited')
    const keys = [{ id: 'client', weight: 1, secret: new Secret('test-key-one-0001') }]
    const credential = { keys, source: 'app' as const }
    expect(headroomOf({ provider: 'one', model: 'm' }, credential, 'acme', parts)).toBe(0.4)
  })

  it('RK10: may be told by an adapter from outside, and need not be', async () => {
    const limits: RateLimits = { tokens: { limit: 100, remaining: 30, resetMs: 1_000 } }
    const telling: ProviderAdapter = {
      id: 'one',
      async *stream({ onRateLimits }) {
        onRateLimits?.(limits)
        yield [
          { type: 'text', text: 'hello' },
          { type: 'finish', reason: 'stop', raw: 'stop' },
        ]
      },
    }
    const stage = partsOf({ adapters: [telling], keys: { one: 'test-key-one-0001' } })
    await stage.ask(request)
    expect(stage.left()).toBeCloseTo(0.3)
    const silent = scriptedProvider({ id: 'one', replies: ['hello'] })
    const other = partsOf({ adapters: [silent], keys: { one: 'test-key-one-0001' } })
    await other.ask(request)
    expect(other.left()).toBe(1)
  })
})

describe("RK10: the app's own limits", () => {
  const usage = { input: 30, output: 20 }

  it('RK10: are used up by what was sent and what it took, and by nothing else', async () => {
    const upstream = await upstreamWith([{ kind: 'answer', answer: { usage } }])
    const limits = { one: { requestsPerMinute: 10 }, 'one/m': { tokensPerMinute: 100 } }
    const { clock, ask, left } = providerAt(upstream.url, 'openai-chat', {
      routing: { minuteLimits: limits },
    })
    await ask(request)
    expect(left()).toBe(0.5)
    await failureOf(ask({ ...request, signal: AbortSignal.abort() }))
    expect(left()).toBe(0.5)
    await ask({ ...request, model: 'one/n' })
    expect(left('n')).toBe(0.9)
    await ask(request)
    expect(left()).toBe(0)
    await clock.advance(60_000)
    expect(left()).toBe(1)
  })

  it("RK10: are one for all tenants with the app's key, and one for each that brings its own", async () => {
    const upstream = await upstreamWith([{ kind: 'answer', answer: { usage } }])
    const routing = { minuteLimits: { one: { requestsPerMinute: 4 } } }
    const app = providerAt(upstream.url, 'openai-chat', { routing })
    for (const tenant of ['acme', 'other', undefined])
      await app.ask({ ...request, ...(tenant === undefined ? {} : { tenant }) })
    expect(app.left()).toBe(0.25)

    const own = providerAt(upstream.url, 'openai-chat', {
      routing,
      keys: { one: ({ tenant, user }) => `test-key-${tenant}-${user ?? 'all'}` },
    })
    await own.ask({ ...request, tenant: 'acme' })
    await own.ask({ ...request, tenant: 'acme' })
    await own.ask({ ...request, tenant: 'other' })
    expect(own.left('m', 'acme', 'test-key-acme-all')).toBe(0.5)
    expect(own.left('m', 'other', 'test-key-other-all')).toBe(0.75)
    expect(own.left('m', 'third', 'test-key-third-all')).toBe(1)
    await own.ask({ ...request, user: 'ann' })
    expect(own.left('m', undefined, 'test-key-undefined-ann')).toBe(0.75)
    expect(own.left('m', undefined, 'test-key-undefined-bob')).toBe(1)
  })

  it('RK10: of several keys the one that has most left counts', async () => {
    const { parts } = partsOf({ routing: { minuteLimits: { one: { requestsPerMinute: 4 } } } })
    const keys = ['a', 'b'].map((id) => ({ id, weight: 1, secret: new Secret(`test-key-${id}`) }))
    const credential = { keys, source: 'app' as const }
    const [first, second] = keys
    if (first === undefined || second === undefined) throw new Error('no keys')
    parts.headroom.note({ provider: 'one', model: 'm', key: first }, { requests: 4 })
    parts.headroom.note({ provider: 'one', model: 'm', key: second }, { requests: 1 })
    expect(headroomOf({ provider: 'one', model: 'm' }, credential, undefined, parts)).toBe(0.75)
    parts.headroom.note({ provider: 'one', model: 'm', key: second }, { requests: 3 })
    expect(headroomOf({ provider: 'one', model: 'm' }, credential, undefined, parts)).toBe(0)
  })
})

describe('RK11: who answered a session', () => {
  const call: Message = {
    role: 'assistant',
    tool_calls: [{ id: 'c1', type: 'function', function: { name: 'f', arguments: '{}' } }],
  }
  const result: Message = { role: 'tool', tool_call_id: 'c1', content: '7' }

  it('RK11: is remembered when somebody has, and by tenant', async () => {
    const upstream = await upstreamWith((_, index) =>
      index === 0 ? reply.error(500, { message: 'Broken.' }) : reply.chat(),
    )
    const { parts, ask } = providerAt(upstream.url, 'openai-chat', { failover: { streamFallback: false } })
    await failureOf(ask({ ...request, session: 's', tenant: 'acme' }))
    expect(parts.sessions.last('acme', 's')).toBeUndefined()
    await ask({ ...request, session: 's', tenant: 'acme' })
    expect(parts.sessions.last('acme', 's')).toMatchObject({ provider: 'one', model: 'm' })
    expect(parts.sessions.last('other', 's')).toBeUndefined()
    expect(parts.sessions.last(undefined, 's')).toBeUndefined()
    await ask({ ...request, model: 'one/n', session: 's', tenant: 'acme' })
    expect(parts.sessions.last('acme', 's')).toMatchObject({ provider: 'one', model: 'n' })
  })

  it('RK11: keeps the level of the turn through its tool loop', async () => {
    const upstream = await upstreamWith([reply.chat()])
    const { parts, ask } = providerAt(upstream.url, 'openai-chat')
    parts.sessions.note(
      undefined,
      's',
      { provider: 'one', model: 'old', level: 'advanced', taskType: 'math' },
      false,
    )
    const messages: Message[] = [{ role: 'user', content: 'How much?' }, call, result]
    await ask({ model: 'one/m', messages, session: 's' })
    expect(parts.sessions.last(undefined, 's')).toMatchObject({
      provider: 'one',
      model: 'm',
      level: 'advanced',
      taskType: 'math',
    })
    await ask({ model: 'one/m', prompt: 'And now?', session: 's' })
    expect(parts.sessions.last(undefined, 's')?.level).not.toBe('advanced')
  })
})
