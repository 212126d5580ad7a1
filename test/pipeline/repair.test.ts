// The one repair of a refused request: which refusals it mends, what it leaves alone, and how the caller learns of it.

import { beforeAll, describe, expect, it } from 'vitest'
import type { CompletionRequest } from '../../src/options/completion-request.js'
import { type ErrorReply, reply } from '../../src/testing/reply.js'
import type { Upstream, UpstreamRequest } from '../../src/testing/upstream.js'
import { asksForStream, attemptsOf, failureOf, loadSdks, readAll, stageOf, upstreamWith } from './stage.js'

beforeAll(loadSdks)

const full: CompletionRequest = {
  model: 'one/m',
  system: 'Be brief.',
  messages: [{ role: 'user', content: 'x' }],
  maxTokens: 50,
  temperature: 0.5,
  topP: 0.9,
  seed: 7,
  stop: ['END'],
  tools: [{ type: 'function', function: { name: 'look', parameters: { type: 'object' } } }],
  responseFormat: { type: 'json_object' },
}

const refusing = (param: string, status = 400, code: string | null = 'unsupported_parameter'): ErrorReply =>
  reply.error(status, { message: `Unsupported parameter: '${param}'.`, param, code })

/** Refuses requests that hold the parameter. */
const without = (param: string, status?: number, code?: string | null) => (asked: UpstreamRequest) =>
  Object.hasOwn(bodyOf(asked), param) ? refusing(param, status, code) : reply.chat()

function bodyOf({ body }: UpstreamRequest): Record<string, unknown> {
  return { ...(body as object) } // what our own SDK sent is an object
}

/** What the second request lacks and has besides the first. */
function changeOf({ requests }: Upstream): { readonly gone: object; readonly come: object } {
  const [first = {}, second = {}] = requests.map(bodyOf)
  const besides = (these: object, those: object) =>
    Object.fromEntries(
      Object.entries(these).filter(
        ([name, value]) => JSON.stringify(value) !== JSON.stringify({ ...those }[name]),
      ),
    )
  return { gone: besides(first, second), come: besides(second, first) }
}

describe('SH1 and SH2: what is mended', () => {
  it.each([
    ['temperature', 0.5],
    ['top_p', 0.9],
    ['seed', 7],
  ])('SH2: a refused `%s` is left out, and all else stays', async (param, value) => {
    for (const [status, code] of [
      [400, 'unsupported_parameter'],
      [400, 'unsupported_value'],
      [422, null],
    ] as const) {
      const upstream = await upstreamWith(without(param, status, code))
      const { byok } = await stageOf({ one: upstream }).handler.generateResponse(full)
      expect(attemptsOf(byok)).toEqual(['stream invalid-request', 'stream success'])
      expect(changeOf(upstream)).toEqual({ gone: { [param]: value }, come: {} })
    }
  })

  it.each([
    ['one', 'max_tokens', 'max_completion_tokens'],
    ['openai', 'max_completion_tokens', 'max_tokens'],
  ])('SH2: %s: a refused `%s` is sent as `%s`', async (provider, refused, accepted) => {
    const upstream = await upstreamWith(without(refused))
    const { handler } = stageOf({ [provider]: upstream })
    await handler.generateResponse({ ...full, model: `${provider}/m` })
    expect(changeOf(upstream)).toEqual({ gone: { [refused]: 50 }, come: { [accepted]: 50 } })
  })

  it.each(['top_k', 'min_p', 'presence_penalty', 'frequency_penalty', 'logit_bias'])(
    'SH2: a refused `%s` of the provider options is left out, and the others stay',
    async (param) => {
      const upstream = await upstreamWith(without(param))
      const providerOptions = { one: { [param]: 1, user: 'someone' } }
      await stageOf({ one: upstream }).handler.generateResponse({ ...full, providerOptions })
      expect(changeOf(upstream)).toEqual({ gone: { [param]: 1 }, come: {} })
      expect(bodyOf(upstream.requests[1] as UpstreamRequest).user).toBe('someone') // there are two
      expect(providerOptions.one).toHaveProperty(param)
    },
  )

  it('SH1: both methods mend, and a stream shows nothing of it; the response and a warning tell of it', async () => {
    const upstream = await upstreamWith(without('temperature'))
    const { handler, told } = stageOf({ one: upstream })
    const seen = await readAll(handler.streamCompletion(full))
    expect(seen.error).toBeUndefined()
    expect(seen.text).toBe('Hello from the test upstream.')
    expect(seen.response?.byok.warnings).toMatchObject([{ code: 'request-repaired' }])
    expect(told.warnings).toMatchObject([{ warning: { code: 'request-repaired' } }])
    expect(seen.response?.byok.repairs).toEqual(['`temperature` was left out, since the model refuses it.'])
    expect((await handler.generateResponse(full)).byok.repairs).toHaveLength(1)
  })

  it('SH1: a repair is no retry', async () => {
    const upstream = await upstreamWith((asked, index) =>
      Object.hasOwn(bodyOf(asked), 'temperature')
        ? refusing('temperature')
        : index < 3
          ? reply.status(503)
          : reply.chat(),
    )
    const { handler } = stageOf({ one: upstream }, { retry: { baseMs: 0 } })
    expect((await handler.generateResponse(full)).byok.attempts).toHaveLength(4)
  })

  it('SH1: what was mended stays so in the request without streaming, and the next candidate gets the whole', async () => {
    const upstream = await upstreamWith((asked) =>
      Object.hasOwn(bodyOf(asked), 'temperature')
        ? refusing('temperature')
        : asksForStream(asked)
          ? reply.html()
          : reply.status(503),
    )
    const healthy = await upstreamWith([reply.chat()])
    const { handler } = stageOf({ one: upstream, two: healthy })
    const { byok } = await handler.generateResponse({ ...full, model: ['one/m', 'two/m'] })
    expect(attemptsOf(byok)).toEqual([
      'stream invalid-request',
      'stream invalid-response',
      'whole provider',
      'stream success',
    ])
    expect(bodyOf(healthy.requests[0] as UpstreamRequest).temperature).toBe(0.5) // it was asked
  })

  it('SH1: happens once a candidate', async () => {
    const upstream = await upstreamWith((asked) =>
      Object.hasOwn(bodyOf(asked), 'temperature') ? refusing('temperature') : refusing('top_p'),
    )
    const { handler } = stageOf({ one: upstream, two: upstream })
    expect((await failureOf(handler.generateResponse(full))).upstream?.param).toBe('top_p')
    expect(upstream.hits()).toBe(2)
    await failureOf(handler.generateResponse({ ...full, model: ['one/m', 'two/m'] }))
    expect(upstream.hits()).toBe(6)
  })
})

describe('SH1 and SH3: what is not mended', () => {
  it.each([
    ['401', refusing('temperature', 401)],
    ['403', refusing('temperature', 403)],
    ['404', refusing('temperature', 404)],
    ['409', refusing('temperature', 409)],
    ['429', refusing('temperature', 429)],
    ['500', refusing('temperature', 500)],
  ])('SH1: a %s, whatever it names', async (_, refusal) => {
    const upstream = await upstreamWith([refusal])
    const { handler } = stageOf({ one: upstream }, { failover: { streamFallback: false } })
    await failureOf(handler.generateResponse(full))
    expect(upstream.hits()).toBe(1)
  })

  it.each([
    'messages',
    'tools',
    'tool_choice',
    'response_format',
    'stop',
    'model',
    'user',
    '__proto__',
    'constructor',
  ])('SH3: a refused `%s`: that is the question itself, or nothing known', async (param) => {
    const upstream = await upstreamWith([refusing(param)])
    const error = await failureOf(stageOf({ one: upstream }).handler.generateResponse(full))
    expect(error).toMatchObject({ code: 'invalid-request', status: 400, upstream: { param } })
    expect(upstream.hits()).toBe(1)
  })

  it('SH2: a parameter that is wrong in another way, or was never sent', async () => {
    const wrong = reply.error(400, { param: 'temperature', code: 'content_policy_violation' })
    const filter = reply.error(400, { param: 'temperature', code: null, type: 'content_filter' })
    const providerOptions = { one: { user: 'someone' } }
    for (const refusal of [
      wrong,
      filter,
      refusing('top_k'),
      refusing('temperature', 400, 'invalid_prompt'),
    ]) {
      const upstream = await upstreamWith([refusal])
      await failureOf(stageOf({ one: upstream }).handler.generateResponse({ ...full, providerOptions }))
      expect(upstream.hits()).toBe(1)
    }
  })

  it('SH3: nothing at all with `strict`, of the request or of the handler', async () => {
    for (const [options, strict] of [
      [{}, true],
      [{ strict: true }, undefined],
    ] as const) {
      const upstream = await upstreamWith(without('temperature'))
      const { handler } = stageOf({ one: upstream }, options)
      const asked = strict === undefined ? full : { ...full, strict }
      const error = await failureOf(handler.generateResponse(asked))
      expect(error).toMatchObject({ code: 'invalid-request', upstream: { param: 'temperature' } })
      expect(upstream.hits()).toBe(1)
    }
  })
})
