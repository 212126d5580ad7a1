// The rules of the accumulator one by one, as far as the acceptance table leaves them open.
import { describe, expect, it } from 'vitest'
import { ChunkAccumulator } from '../../src/accumulate.js'
import { systemClock } from '../../src/core/clock.js'
import { CompletionAccumulator } from '../../src/stream/accumulator.js'
import {
  call,
  calls,
  chunk,
  done,
  entry,
  failureOf,
  finish,
  fold,
  piece,
  reasoning,
  text,
  usage,
  watch,
} from './chunks.js'

const warningsOf = (chunks: readonly unknown[]) =>
  watch(chunks).response.byok.warnings.map(({ code }) => code)

describe('AC2', () => {
  it('says null for content when no text came, and leaves tool_calls out when no call came', async () => {
    const [choice] = (await fold([chunk({ content: '' }), finish('stop')])).choices
    expect(choice.message.content).toBeNull()
    expect('tool_calls' in choice.message).toBe(false)
    expect('reasoning_content' in choice.message).toBe(false)
  })

  it('counts text that comes behind the finish', async () => {
    const response = await fold([text('a'), finish('stop'), text('b'), done])
    expect(response.choices[0].message.content).toBe('ab')
    expect(response.byok.finishReason).toBe('stop')
  })

  it('gives the text by a getter that JSON does not show', async () => {
    const response = await fold([text('a', 'stop')])
    expect(response.text).toBe('a')
    expect(Object.keys(response)).not.toContain('text')
    expect(JSON.parse(JSON.stringify(response))).not.toHaveProperty('text')
    expect((await fold([finish('stop')])).text).toBe('')
  })

  it('gives a refusal apart from the content', async () => {
    const [choice] = (await fold([chunk({ refusal: 'I can' }), chunk({ refusal: 'not.' }, 'stop')])).choices
    expect(choice.message).toMatchObject({ content: null, refusal: 'I cannot.' })
  })
})

describe('AC3', () => {
  it('reads reasoning from either field, one after the other, and keeps every piece in order', async () => {
    const chunks = [chunk({ reasoning: 'a' }), reasoning(' b\n'), chunk({ reasoning: ' c' }), finish('stop')]
    expect((await fold(chunks)).choices[0].message.reasoning_content).toBe('a b\n c')
  })

  it('keeps encrypted reasoning and a signature whole, and out of what people read', async () => {
    const opaque = (fields: object) => chunk({ reasoning_details: [{ index: 0, ...fields }] })
    const response = await fold([
      opaque({ type: 'reasoning.text', text: 'So' }),
      opaque({ type: 'reasoning.text', text: '.', signature: 'opaque-signature' }),
      chunk({ reasoning_details: [{ type: 'reasoning.encrypted', index: 1, data: 'opaque-data' }] }),
      text('Yes', 'stop'),
    ])
    expect(response.choices[0].message.reasoning_content).toBe('So.')
    expect(response.byok.reasoning).toMatchObject([
      { text: 'So.', signature: 'opaque-signature' },
      { redacted: 'opaque-data' },
    ])
  })

  it('keeps the signature of a tool call with the id under which callers see the call', async () => {
    const signed = (index: number, signature: string) => ({
      ...entry(index, 'same', 'x', '{}'),
      extra_content: { google: { thought_signature: signature } },
    })
    const response = await fold([calls(signed(0, 'first'), signed(1, 'second')), finish('tool_calls')])
    expect(response.byok.reasoning).toEqual([
      { toolCallId: 'same', signature: 'first' },
      { toolCallId: 'same_d2', signature: 'second' },
    ])
    expect(response.choices[0].message.byok?.reasoning).toEqual(response.byok.reasoning)
  })
})

describe('AC7', () => {
  it.each([
    ['stop', 'stop'],
    ['eos', 'stop'],
    ['end_turn', 'stop'],
    ['stop_sequence', 'stop'],
    ['pause_turn', 'stop'],
    ['completed', 'stop'],
    ['tool_calls', 'tool_calls'],
    ['tool_use', 'tool_calls'],
    ['function_call', 'tool_calls'],
    ['length', 'length'],
    ['max_tokens', 'length'],
    ['model_length', 'length'],
    ['model_context_window_exceeded', 'length'],
    ['incomplete', 'length'],
    ['content_filter', 'content_filter'],
    ['refusal', 'content_filter'],
  ])('calls the end "%s" %s, and keeps the word', async (word, reason) => {
    const response = await fold([text('a'), finish(word)])
    expect(response.choices[0].finish_reason).toBe(reason)
    expect(response.byok.finishReason).toBe(word)
    expect(response.byok.warnings).toEqual([])
  })

  it('takes any other word for stop, with a warning', async () => {
    const response = await fold([text('a'), finish('tired')])
    expect(response.choices[0].finish_reason).toBe('stop')
    expect(response.byok.finishReason).toBe('tired')
    expect(warningsOf([text('a'), finish('tired')])).toEqual(['unknown-finish-reason'])
    const whole = await fold([call(0, 'a', 'x'), piece(0, '{}'), finish('tired')])
    expect(whole.choices[0].finish_reason).toBe('tool_calls')
  })

  it.each(['stop', 'end_turn', 'completed'])(
    'calls the end "%s" tool_calls also behind a broken call',
    async (word) => {
      const response = await fold([call(0, 'a', 'x'), piece(0, '{"n":'), finish(word)])
      expect(response.choices[0].finish_reason).toBe('tool_calls')
      expect(response.byok.finishReason).toBe(word)
      expect(response.choices[0].message.tool_calls).toMatchObject([{ invalid: true }])
    },
  )

  it('counts usage in one order of buckets, whatever order it came in', () => {
    const accumulator = new CompletionAccumulator({ fallbackId: 'none' })
    accumulator.push({ type: 'usage', usage: { reasoning: 1, output: 2, cacheRead: 3, input: 4 } }, [])
    accumulator.push({ type: 'finish', reason: 'stop', raw: 'stop' }, [])
    const order = ['input', 'cacheRead', 'output', 'reasoning']
    expect(Object.keys(accumulator.partial().usage)).toEqual(order)
    expect(Object.keys(accumulator.finish([]).usage)).toEqual(order)
  })

  it('lets the last model, finish reason and usage win, and never empties them', async () => {
    const response = await fold([
      chunk({ content: 'a' }, null, { model: 'asked' }),
      chunk({}, 'stop', { model: 'answered' }),
      usage(1, 1),
      chunk({}, 'length', { model: '' }),
      chunk({}, '', { model: null, choices: [], usage: null }),
      { ...usage(8, 4), model: 'answered' },
    ])
    expect(response.model).toBe('answered')
    expect(response.choices[0].finish_reason).toBe('length')
    expect(response.usage).toMatchObject({ prompt_tokens: 8, completion_tokens: 4, total_tokens: 12 })
  })

  it("keeps the provider's id and the upstream that a gateway names", async () => {
    const response = await fold([chunk({ content: 'a' }, 'stop', { id: 'gen-1', provider: 'Somebody' })])
    expect(response.id).toBe('gen-1')
    expect(response.byok.servedBy).toBe('Somebody')
  })

  it('does not mix other choices into the first', async () => {
    const two = (first: object, second: object) =>
      chunk({}, null, {
        choices: [
          { index: 1, delta: second, finish_reason: 'length' },
          { index: 0, delta: first, finish_reason: null },
        ],
      })
    const response = await fold([
      two({ content: 'a' }, { content: 'X', tool_calls: [entry(0, 'x', 'x', '{}')] }),
      two({ content: 'b' }, { reasoning_content: 'Y' }),
      finish('stop'),
    ])
    expect(response.choices).toHaveLength(1)
    expect(response.choices[0]).toMatchObject({ message: { content: 'ab' }, finish_reason: 'stop' })
    expect(response.choices[0].message).not.toHaveProperty('tool_calls')
    expect(response.choices[0].message).not.toHaveProperty('reasoning_content')
  })
})

describe('AC8', () => {
  it('has no partial answer where nothing had come', async () => {
    expect((await failureOf([{ error: { message: 'No.' } }])).partial).toBeUndefined()
  })

  it.each(['error', 'failed'])(
    'takes the finish reason "%s" for an error, with what had come',
    async (word) => {
      expect(await failureOf([text('half'), finish(word)])).toMatchObject({
        code: 'provider',
        isRetryable: true,
        partial: { text: 'half' },
      })
    },
  )

  it('holds an error without a status for worth a retry', async () => {
    const error = await failureOf([{ error: { message: 'Something broke.' } }])
    expect(error).toMatchObject({ code: 'provider', isRetryable: true, message: 'Something broke.' })
  })

  it('lets the answer stand where an error comes behind its finish', () => {
    const chunks = [text('whole', 'stop'), { error: { message: 'Too late.' } }]
    expect(watch(chunks).response.choices[0].message.content).toBe('whole')
    expect(warningsOf(chunks)).toEqual(['broken-after-finish'])
  })
})

describe('AC9', () => {
  it('takes a finish reason for an end, also without an end mark', async () => {
    const response = await fold([text('a', 'stop')])
    expect(response.byok.warnings).toEqual([])
    expect(response.byok.usageEstimated).toBe(true)
    expect(response.usage.completion_tokens).toBeGreaterThan(0)
  })

  it('takes what breaks behind the finish for a warning', () => {
    expect(warningsOf([text('a', 'stop'), '{"choices":[{"del'])).toEqual(['broken-after-finish'])
  })

  it('takes broken JSON before the finish for an error', async () => {
    expect(await failureOf([text('a'), '{"choices":[{"del'])).toMatchObject({
      code: 'invalid-response',
      partial: { text: 'a' },
    })
  })

  it('does not make half a call before an end mark executable', async () => {
    const response = await fold([call(0, 'a', 'x'), piece(0, '{"n":'), done])
    expect(response.choices[0].finish_reason).toBe('tool_calls')
    expect(response.choices[0].message.tool_calls).toMatchObject([{ invalid: true }])
  })

  it('needs an end in every dialect', async () => {
    const anthropic = [
      { type: 'message_start', message: { id: 'm', model: 'm', content: [], usage: {} } },
      { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
      { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Hal' } },
    ]
    const responses = [
      { type: 'response.created', response: { id: 'r', model: 'm' } },
      { type: 'response.output_text.delta', output_index: 0, content_index: 0, delta: 'Hal' },
      { type: 'response.output_text.done', output_index: 0, content_index: 0, text: 'Hal' },
    ]
    const broken = { code: 'stream-interrupted', partial: { text: 'Hal' } }
    expect(await failureOf(anthropic, { dialect: 'anthropic-messages' })).toMatchObject(broken)
    expect(await failureOf(responses, { dialect: 'openai-responses' })).toMatchObject(broken)
  })
})

describe('a ChunkAccumulator', () => {
  it('takes the time by the clock that does not jump', () => {
    let now = 5
    let date = 1_000_000
    const clock = { ...systemClock, now: () => now, date: () => date }
    const accumulator = new ChunkAccumulator({ clock })
    accumulator.push(text('a', 'stop'))
    now += 250
    date -= 60_000
    expect(accumulator.response().byok.timing).toMatchObject({ startedAt: 1_000_000, totalMs: 250 })
  })

  it('shows at the end what only the end can show, once', () => {
    const accumulator = new ChunkAccumulator()
    expect(accumulator.push(call(0, null, 'x'))).toEqual([])
    expect(accumulator.push(piece(0, '{}'))).toEqual([])
    expect(accumulator.push(finish('tool_calls'))).toEqual([])
    expect(accumulator.finish().map(({ type }) => type)).toEqual([
      'tool-call-delta',
      'tool-call-delta',
      'tool-call',
    ])
    expect(accumulator.finish()).toEqual([])
    expect(accumulator.response()).toBe(accumulator.response())
  })

  it('folds deltas of ours as well as chunks', async () => {
    const response = await fold([
      { type: 'start', id: 'r', model: 'm' },
      [
        { type: 'text', text: 'a' },
        { type: 'finish', reason: 'stop', raw: 'stop' },
      ],
    ])
    expect(response).toMatchObject({ id: 'r', model: 'm', choices: [{ message: { content: 'a' } }] })
  })

  it('turns what no provider sends into a typed error', async () => {
    for (const odd of [undefined, () => 1, Symbol('x'), 1n])
      expect((await failureOf([text('a'), odd])).code).toBe('invalid-response')
  })
})
