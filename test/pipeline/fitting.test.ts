// Requests that are longer than a window: what each candidate is sent, what is refused, and what the caller is told.

import { beforeAll, describe, expect, it } from 'vitest'
import type { Message } from '../../src/core/message.js'
import type { Modality, ModelInfo } from '../../src/core/model-info.js'
import type { PriceSource } from '../../src/core/price.js'
import type { CompletionRequest } from '../../src/options/completion-request.js'
import type { HandlerOptions } from '../../src/options/handler-options.js'
import { checkHandlerOptions } from '../../src/options/handler-options.js'
import { prepareRequest } from '../../src/options/prepare.js'
import { Contenders, type ModelFinder } from '../../src/pipeline/contenders.js'
import { RequestContext } from '../../src/pipeline/context.js'
import { run } from '../../src/pipeline/run.js'
import { reply } from '../../src/testing/reply.js'
import { scriptedProvider } from '../../src/testing/scripted-provider.js'
import type { Upstream } from '../../src/testing/upstream.js'
import type { DialectName } from '../../src/wire/dialect.js'
import { booksOf, plainRouting } from './books.js'
import { attemptsOf, dialects, failureOf, loadSdks, readAll, stageOf, upstreamWith } from './stage.js'

beforeAll(loadSdks)

/** Prices that are free, and say the windows of some models. */
function windows(known: Readonly<Record<string, number>>): PriceSource {
  return {
    covers: () => false, // so that nothing need be loaded
    find: (provider, model) => {
      const contextWindow = known[`${provider}/${model}`]
      return {
        price: { input: 0, output: 0 },
        version: 'test',
        ...(contextWindow === undefined ? {} : { contextWindow }),
      }
    },
  }
}

/** Three turns of about 2,030 tokens each, and a question. */
const messages: Message[] = [
  { role: 'system', content: 'turn-system' },
  ...['turn-1', 'turn-2', 'turn-3'].flatMap((name): Message[] => [
    { role: 'user', content: `${name} ${'word '.repeat(800)}` },
    { role: 'assistant', content: `re-${name} ${'word '.repeat(800)}` },
  ]),
  { role: 'user', content: 'turn-last' },
]

/** The messages that a request held; system text first, wherever the dialect puts it. */
function turnsIn({ requests }: Upstream, index = 0): string[] {
  const { system, ...rest } = { ...(requests[index]?.body as Record<string, unknown>) } // what our own SDK sent is an object
  return JSON.stringify({ system, rest }).match(/(re-)?turn-\w+/g) ?? []
}

const all = messages.map(({ content }) => String(content).split(' ', 1)[0] ?? '')
const lastTwo = ['turn-system', 'turn-3', 're-turn-3', 'turn-last']

const codesOf = (warnings: readonly { code: string }[] | undefined) => warnings?.map(({ code }) => code)
/** OpenAI has a code for it. Anthropic has one for requests of too many bytes only. */
const tooLong = (dialect: DialectName = 'openai-chat') =>
  dialect === 'anthropic-messages'
    ? reply.error(413, { type: 'request_too_large' })
    : reply.error(400, { code: 'context_length_exceeded', message: 'Too long.' })

describe.each(dialects)('in %s', (dialect) => {
  // Anthropic's dialect demands a limit.
  const dropping = { contextOverflow: 'drop-oldest', maxTokens: 1_000 } as const

  it('old turns go for a small window, and whoever has a larger one gets the full text (CW2, CW5)', async () => {
    const small = await upstreamWith([reply.status(503)])
    const large = await upstreamWith([reply.chat()])
    const prices = windows({ 'one/m': 4_000, 'two/m': 100_000 })
    const { handler, told } = stageOf(
      { one: small, two: large },
      { prices, failover: { streamFallback: false } },
      dialect,
    )
    const request: CompletionRequest = { model: ['one/m', 'two/m'], messages, ...dropping }
    const { byok } = await handler.generateResponse(request)
    const { response } = await readAll(handler.streamCompletion(request))
    for (const index of [0, 1]) {
      expect(turnsIn(small, index)).toEqual(lastTwo)
      expect(turnsIn(large, index)).toEqual(all)
    }
    // What was cut for somebody else is nothing that the caller of this answer need know.
    expect([codesOf(byok.warnings), codesOf(response?.byok.warnings)]).toEqual([[], []])
    expect(told.warnings).toEqual([])
  })

  it('what was left out is told in a warning, in numbers (CW2)', async () => {
    const upstream = await upstreamWith([reply.chat()])
    const { handler, told } = stageOf({ one: upstream }, { prices: windows({ 'one/m': 4_000 }) }, dialect)
    const request: CompletionRequest = { model: 'one/m', messages, ...dropping }
    const warning = {
      code: 'context-cut',
      message: 'To fit one/m, 4 old messages were left out of the prompt.',
      option: 'contextOverflow',
    }
    expect((await handler.generateResponse(request)).byok.warnings).toEqual([warning])
    const { response, events } = await readAll(handler.streamCompletion(request))
    expect(response?.byok.warnings).toEqual([warning])
    expect(events).toContainEqual({ type: 'warning', warning })
    expect(told.warnings.map(({ warning }) => warning)).toEqual([warning, warning])
  })

  it('a prompt that is too long by itself loses its middle, with `truncate` (CW2, CW4)', async () => {
    const upstream = await upstreamWith([reply.chat()])
    const { handler } = stageOf({ one: upstream }, { prices: windows({ 'one/m': 2_000 }) }, dialect)
    const prompt = `turn-first ${'One sentence. '.repeat(1_000)} turn-end`
    const { byok } = await handler.generateResponse({
      model: 'one/m',
      prompt,
      maxTokens: 1_000,
      contextOverflow: 'truncate',
    })
    const sent = JSON.stringify(upstream.requests[0]?.body)
    expect(sent).toMatch(/sentence\.\\n\[… \d+ characters left out …\]\\n One/)
    expect(turnsIn(upstream)).toEqual(['turn-first', 'turn-end'])
    expect(sent.length).toBeLessThan(4_500)
    expect(byok.warnings[0]?.message).toMatch(/^To fit one\/m, \d+ characters from the middle of 1 text were/)
  })

  it('after a refusal, system text and the last four messages are sent once more (SH2)', async () => {
    const upstream = await upstreamWith([tooLong(dialect), reply.chat()])
    const { handler, told } = stageOf({ one: upstream }, { prices: windows({ 'one/m': 100_000 }) }, dialect)
    const { byok } = await handler.generateResponse({
      model: 'one/m',
      messages,
      ...dropping,
    })
    expect(turnsIn(upstream)).toEqual(all)
    expect(turnsIn(upstream, 1)).toEqual(['turn-system', ...all.slice(-4)])
    expect(attemptsOf(byok)).toEqual(['stream context-length', 'stream success'])
    const note = 'one/m refused the prompt as too long; it was asked again without 3 old messages.'
    expect(byok.repairs).toEqual([note])
    expect(codesOf(byok.warnings)).toEqual(['request-repaired', 'context-cut'])
    expect(codesOf(told.warnings.map(({ warning }) => warning))).toEqual(['request-repaired', 'context-cut'])
  })
})

describe('a window', () => {
  const cutting: CompletionRequest = { model: 'one/m', messages, contextOverflow: 'drop-oldest' }

  it('that nobody knows is taken to be 4,096 tokens where turns may be dropped, with a warning (CW1)', async () => {
    const upstream = await upstreamWith([reply.chat()])
    const { handler } = stageOf({ one: upstream }, { prices: windows({}) })
    const { byok } = await handler.generateResponse(cutting)
    expect(turnsIn(upstream)).toEqual(lastTwo)
    expect(byok.warnings).toMatchObject([
      {
        code: 'window-assumed',
        message: 'The window of one/m is not known, and was taken to be 4096 tokens.',
      },
      { code: 'context-cut' },
    ])
  })

  it('that nobody knows changes nothing for a short prompt, and refuses nobody by default (CW1)', async () => {
    const upstream = await upstreamWith([reply.chat()])
    const { handler } = stageOf({ one: upstream }, { prices: windows({}) })
    const short = await handler.generateResponse({ ...cutting, messages: messages.slice(-1) })
    const long = await handler.generateResponse({
      model: 'one/m',
      prompt: `turn-1 ${'word '.repeat(20_000)}`,
    })
    expect([short.byok.warnings, long.byok.warnings]).toEqual([[], []])
    expect(JSON.stringify(upstream.requests[1]?.body).length).toBeGreaterThan(100_000)
  })

  it('holds what the answer may have: maxTokens, else 1,000 or 1,500 tokens (CW3)', async () => {
    const upstream = await upstreamWith([reply.chat()])
    const { handler } = stageOf({ one: upstream }, { prices: windows({ 'one/m': 7_500 }) })
    await handler.generateResponse(cutting)
    await handler.generateResponse({ ...cutting, responseFormat: { type: 'json_object' } })
    await handler.generateResponse({ ...cutting, maxTokens: 3_400 })
    expect([0, 1, 2].map((index) => turnsIn(upstream, index).length)).toEqual([8, 6, 6])
  })

  it.each<[string, number, CompletionRequest]>([
    ['what may be answered', 2_000, { maxTokens: 2_000 }],
    ['what an answer is left', 1_000, {}],
    ['what structured output is left', 1_500, { responseFormat: { type: 'json_object' } }],
  ])('that is no larger than %s takes nothing, and nothing is sent (CW3)', async (_, window, options) => {
    const upstream = await upstreamWith([reply.chat()])
    const { handler } = stageOf(
      { one: upstream },
      { catalogue: [{ provider: 'one', model: 'm', contextWindow: window }] },
    )
    for (const contextOverflow of ['error', 'drop-oldest', 'truncate'] as const) {
      const error = await failureOf(
        handler.generateResponse({ model: 'one/m', prompt: 'x', contextOverflow, ...options }),
      )
      expect(error).toMatchObject({ code: 'context-length', model: 'm', isRetryable: false })
      expect(attemptsOf(error)).toEqual(['stream context-length'])
    }
    expect(upstream.hits()).toBe(0)
  })
})

describe('a prompt that no window takes', () => {
  const prompt = 'word '.repeat(20_000)

  it('is `context-length` before any request, and a larger window is asked instead where there is one (CW1, CW2)', async () => {
    const [one, two] = [await upstreamWith([reply.chat()]), await upstreamWith([reply.chat()])]
    const known = windows({ 'one/m': 8_000, 'two/m': 10_000, 'two/large': 60_000 })
    const { handler, told } = stageOf({ one, two }, { prices: known })
    for (const model of ['one/m', ['one/m', 'two/m']]) {
      const error = await failureOf(handler.generateResponse({ model, prompt }))
      expect(error).toMatchObject({ code: 'context-length', isRetryable: false })
      expect(error.message).toContain(
        'The prompt is too long for one/m. It has at least 12500 tokens, where 8000 fit.',
      )
      expect(error.message).not.toContain('word')
    }
    expect((await readAll(handler.streamCompletion({ model: 'one/m', prompt }))).error?.code).toBe(
      'context-length',
    )
    expect([one.hits(), two.hits()]).toEqual([0, 0])
    expect(told.attempts).toEqual([])
    const { byok } = await handler.generateResponse({ model: ['one/m', 'two/large'], prompt })
    expect(attemptsOf(byok)).toEqual(['stream context-length', 'stream success'])
    expect(byok.attempts[0]?.outcome).toBe('skipped')
  })

  it('is sent all the same where only a guess says that it is too long: the provider knows (CW2)', async () => {
    const upstream = await upstreamWith([reply.chat()])
    const { handler } = stageOf({ one: upstream }, { prices: windows({ 'one/m': 20_000 }) })
    expect((await handler.generateResponse({ model: 'one/m', prompt })).byok.warnings).toEqual([])
    const drawn = `${'-'.repeat(500_000)}${' '.repeat(500_000)}`
    await handler.generateResponse({ model: 'one/m', prompt: drawn })
    expect(upstream.hits()).toBe(2)
  })

  it('is `context-length` where even its last turn is too long, and only turns may go (CW2)', async () => {
    const upstream = await upstreamWith([reply.chat()])
    const { handler } = stageOf({ one: upstream }, { prices: windows({ 'one/m': 8_000 }) })
    const asked = { model: 'one/m', prompt, contextOverflow: 'drop-oldest' } as const
    expect(await failureOf(handler.generateResponse(asked))).toMatchObject({ code: 'context-length' })
    expect(upstream.hits()).toBe(0)
  })
})

describe('an app that counts tokens itself', () => {
  const one = windows({ 'one/m': 5_000 })

  it('is believed, and told the model (CL9)', async () => {
    const upstream = await upstreamWith([reply.chat()])
    const asked = new Set<string>()
    const options: HandlerOptions = {
      prices: one,
      countTokens: (text, model) => {
        asked.add(model)
        return text.length
      },
    }
    const { handler } = stageOf({ one: upstream }, options)
    const error = await failureOf(handler.generateResponse({ model: 'one/m', prompt: 'x'.repeat(5_000) }))
    expect(error.message).toContain('at least 5010 tokens')
    expect(upstream.hits()).toBe(0)
    await handler.generateResponse({ model: 'one/m', prompt: 'x'.repeat(4_990) })
    await handler.generateResponse({ model: 'one/m', messages, contextOverflow: 'truncate' })
    expect(turnsIn(upstream, 1)).toEqual(['turn-system', 'turn-last'])
    expect([...asked]).toEqual(['one/m'])
  })

  it('is asked too where a provider reports no usage (CL9)', async () => {
    const upstream = await upstreamWith([reply.chat({ usage: null })])
    const { handler } = stageOf({ one: upstream }, { prices: one, countTokens: () => 7 })
    const { usage } = await handler.generateResponse({
      model: 'one/m',
      prompt: 'a much longer prompt than that',
    })
    expect(usage?.prompt_tokens).toBe(17)
  })

  it('is not believed where it answers nonsense: the guess stands, and one warning says so (CL9)', async () => {
    const upstream = await upstreamWith([reply.chat()])
    const { handler } = stageOf({ one: upstream }, { prices: one, countTokens: () => Number.NaN })
    const { byok } = await handler.generateResponse({
      model: 'one/m',
      messages,
      contextOverflow: 'drop-oldest',
    })
    expect(turnsIn(upstream)).toEqual(lastTwo)
    expect(codesOf(byok.warnings)?.sort()).toEqual(['callback-failed', 'context-cut'])
  })
})

describe('a refusal for the length', () => {
  const large = windows({ 'one/m': 100_000, 'two/m': 100_000 })
  const request: CompletionRequest = { model: 'one/m', messages, contextOverflow: 'drop-oldest' }

  it('is mended once for a candidate; the next one gets the full text again (SH2, CW5)', async () => {
    const one = await upstreamWith([tooLong()])
    const two = await upstreamWith([reply.chat()])
    const { handler } = stageOf({ one, two }, { prices: large })
    const { byok } = await handler.generateResponse({ ...request, model: ['one/m', 'two/m'] })
    expect(attemptsOf(byok)).toEqual(['stream context-length', 'stream context-length', 'stream success'])
    expect(turnsIn(two)).toEqual(all)
    expect([byok.repairs, byok.warnings]).toEqual([[], []])
  })

  it('is mended after a 413 too (SH2)', async () => {
    const upstream = await upstreamWith([reply.status(413), reply.chat()])
    const { handler } = stageOf({ one: upstream }, { prices: large })
    expect((await handler.generateResponse(request)).byok.repairs).toHaveLength(1)
  })

  it('cuts texts to half where that is allowed, and otherwise is thrown where nothing more can go (SH2)', async () => {
    const upstream = await upstreamWith([tooLong(), reply.chat()])
    const { handler } = stageOf({ one: upstream }, { prices: large })
    const prompt = 'One sentence. '.repeat(1_000)
    const { byok } = await handler.generateResponse({ model: 'one/m', prompt, contextOverflow: 'truncate' })
    expect(byok.repairs).toHaveLength(1)
    expect(JSON.stringify(upstream.requests[1]?.body).length).toBeLessThan(prompt.length * 0.55)
    const other = await upstreamWith([tooLong()])
    const stage = stageOf({ one: other }, { prices: large })
    const asked = { model: 'one/m', prompt, contextOverflow: 'drop-oldest' } as const
    expect(await failureOf(stage.handler.generateResponse(asked))).toMatchObject({ code: 'context-length' })
    expect(other.hits()).toBe(1)
  })

  it('is mended from the original: a text that was cut before is cut once, and its marker tells all (SH2, CW5)', async () => {
    const upstream = await upstreamWith([tooLong(), reply.chat()])
    const { handler } = stageOf({ one: upstream }, { prices: windows({ 'one/m': 3_000 }) })
    const prompt = 'b'.repeat(20_000)
    const { byok } = await handler.generateResponse({ model: 'one/m', prompt, contextOverflow: 'truncate' })
    const sent = JSON.stringify(upstream.requests[1]?.body)
    expect(sent.match(/left out/g)).toHaveLength(1)
    const leftOut = Number(/(\d+) characters left out/.exec(sent)?.[1])
    expect(/b{100,}\\n\[/.test(sent)).toBe(true)
    expect(sent.match(/b{50,}/g)?.join('')).toHaveLength(20_000 - leftOut)
    expect(byok.warnings.find(({ code }) => code === 'context-cut')?.message).toContain(
      `${leftOut} characters`,
    )
  })

  it.each<[string, CompletionRequest]>([
    ['strict', { strict: true }],
    ["contextOverflow: 'error'", { contextOverflow: 'error' }],
  ])('is thrown with %s (SH2, SH3)', async (_, options) => {
    const upstream = await upstreamWith([tooLong()])
    const { handler } = stageOf({ one: upstream }, { prices: large })
    const error = await failureOf(handler.generateResponse({ ...request, ...options }))
    expect(error).toMatchObject({ code: 'context-length', status: 400 })
    expect(upstream.hits()).toBe(1)
  })

  it('keeps images, tools and the response format (SH3)', async () => {
    const upstream = await upstreamWith([tooLong(), reply.chat()])
    const { handler } = stageOf({ one: upstream }, { prices: large })
    await handler.generateResponse({
      ...request,
      messages: [
        ...messages.slice(0, -1),
        {
          role: 'user',
          content: [
            { type: 'text', text: 'What is it?' },
            { type: 'image_url', image_url: { url: 'https://example.com/a.png' } },
          ],
        },
      ],
      tools: [{ type: 'function', function: { name: 'look', parameters: { type: 'object' } } }],
      responseFormat: { type: 'json_object' },
      temperature: 0.5,
    })
    const [first, second] = upstream.requests.map(({ body }) => ({ ...(body as Record<string, unknown>) })) // our own JSON
    expect(JSON.stringify(second)).toContain('https://example.com/a.png')
    expect({ ...second, messages: [] }).toEqual({ ...first, messages: [] })
  })
})

describe('the option', () => {
  it('may be a default of the handler, which a request overrides (CW2)', async () => {
    const upstream = await upstreamWith([reply.chat()])
    const defaults = { contextOverflow: 'drop-oldest' } as const
    const { handler } = stageOf({ one: upstream }, { prices: windows({ 'one/m': 4_000 }), defaults })
    await handler.generateResponse({ model: 'one/m', messages })
    await handler.generateResponse({ model: 'one/m', messages, contextOverflow: 'error' })
    expect([turnsIn(upstream), turnsIn(upstream, 1)]).toEqual([lastTwo, all])
  })

  it('is one of three words, and the counter a function (CW2, CL9)', async () => {
    const { handler } = stageOf({ one: await upstreamWith([reply.chat()]) })
    const wrong = { prompt: 'x', contextOverflow: 'drop' } as unknown as CompletionRequest // wrong on purpose
    expect(await failureOf(handler.generateResponse(wrong))).toMatchObject({
      code: 'invalid-request',
      field: 'contextOverflow',
    })
    for (const [options, field] of [
      [{ defaults: { contextOverflow: 'drop' } }, 'defaults.contextOverflow'],
      [{ countTokens: 4 }, 'countTokens'],
    ] as const) {
      expect(() => checkHandlerOptions(options)).toThrow(expect.objectContaining({ code: 'config', field }))
    }
  })
})

describe('an image', () => {
  const image: Message = {
    role: 'user',
    content: [{ type: 'image_url', image_url: { url: 'https://example.com/a.png' } }],
  }

  /** Asks models of which it is known what they read. */
  async function ask(
    model: string | string[],
    request: CompletionRequest,
    inputs: Record<string, Modality[]>,
  ) {
    const provider = scriptedProvider({ id: 'one', replies: ['Hello.'] })
    const rows: ModelInfo[] = Object.entries(inputs).map(([name, input]) => ({
      provider: 'one',
      model: name,
      input,
    }))
    const models: ModelFinder = {
      load: async () => undefined,
      of: (provider) => rows.filter((row) => row.provider === provider),
      find: (_, name) => rows.find((row) => row.model === name),
      all: () => rows,
    }
    const { parts } = booksOf(provider, undefined, {
      windowOf: async () => 4_000,
      routing: plainRouting({ models, contenders: new Contenders(models) }),
    })
    const prepared = prepareRequest(
      { model, ...request },
      'generateResponse',
      checkHandlerOptions({}),
      'req_1',
    )
    return { answered: run(new RequestContext(prepared, parts, 'done')), provider }
  }

  it('is not shown to a named model that is known to be blind, and nothing is sent (IM2)', async () => {
    const { answered, provider } = await ask('one/blind', { messages: [image] }, { blind: ['text'] })
    const error = await failureOf(answered)
    expect(error).toMatchObject({
      code: 'invalid-request',
      field: 'messages',
      isRetryable: false,
      model: 'blind',
    })
    expect(error.message).toContain('one/blind has no vision')
    expect(provider.calls).toEqual([])
    expect(attemptsOf(error)).toEqual(['stream invalid-request'])
  })

  it('goes to the one of a list that sees, and is an error that names vision where none does (IM2)', async () => {
    const inputs: Record<string, Modality[]> = { blind: ['text'], other: ['text'], seeing: ['text', 'image'] }
    const { answered } = await ask(['one/blind', 'one/seeing'], { messages: [image] }, inputs)
    expect((await answered).byok).toMatchObject({ model: 'seeing' })
    const none = await failureOf(
      (await ask(['one/blind', 'one/other'], { messages: [image] }, inputs)).answered,
    )
    expect(none).toMatchObject({ code: 'invalid-request', field: 'messages', isRetryable: false })
    expect(none.message).toContain('vision')
  })

  it('is shown to a model of which nothing is known, with a warning (IM2)', async () => {
    const { answered, provider } = await ask('one/new', { messages: [image] }, {})
    expect(codesOf((await answered).byok.warnings)).toContain('ability-unknown')
    expect(provider.calls).toHaveLength(1)
  })

  it('in a turn that was left out needs no vision (IM2)', async () => {
    const long: Message[] = [
      image,
      { role: 'assistant', content: 'word '.repeat(4_000) },
      ...messages.slice(-1),
    ]
    const request: CompletionRequest = { messages: long, contextOverflow: 'drop-oldest' }
    const { answered } = await ask('one/blind', request, { blind: ['text'] })
    expect(codesOf((await answered).byok.warnings)).toContain('context-cut')
  })
})
