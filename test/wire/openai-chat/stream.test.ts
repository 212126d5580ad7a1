// How a streamed answer begins, goes on and ends, and what becomes of what is broken.
import { describe, expect, it } from 'vitest'
import { chunk, contentOf, decode, finish, textOf } from './chunks.js'

const stop = { type: 'finish', reason: 'stop', raw: 'stop' }

describe('a plain stream', () => {
  it('says who answers once, then gives the text and the end in order', () => {
    const { deltas, decoder } = decode([
      chunk({ role: 'assistant', content: '' }),
      chunk({ content: 'Hello' }),
      chunk({ content: ' world' }),
      finish('stop'),
      '[DONE]',
    ])
    expect(deltas).toEqual([
      { type: 'start', id: 'chatcmpl-1', model: 'm-1' },
      { type: 'text', text: 'Hello' },
      { type: 'text', text: ' world' },
      stop,
    ])
    expect([decoder.hasEnded, decoder.isFinished]).toEqual([true, true])
  })

  it('shows that the provider is alive by a chunk that holds nothing', () => {
    const nothing = [
      chunk({}),
      chunk({ content: '' }),
      chunk({ content: null, role: null }),
      chunk(null),
      '{}',
    ]
    const { deltas } = decode([chunk({ content: 'a' }), ...nothing, finish('stop')])
    expect(deltas.filter(({ type }) => type === 'progress')).toHaveLength(nothing.length)
  })

  it('yields nothing at all for a ping', () => {
    const { deltas } = decode([chunk({ content: 'a' }), ['ping', '{"type":"ping"}'], finish('stop')])
    expect(deltas.map(({ type }) => type)).toEqual(['start', 'text', 'finish'])
  })

  it('names the model again only when it changes, and the id not at all', () => {
    const of = (id: string, model: string) => chunk({ content: 'x' }, {}, { id, model })
    const { deltas } = decode([
      of('a', 'm'),
      of('b', 'm'),
      of('c', 'm-2026'),
      of('d', 'm-2026'),
      finish('stop'),
    ])
    expect(deltas.filter(({ type }) => type === 'start')).toMatchObject([
      { id: 'a', model: 'm' },
      { model: 'm-2026' },
      { model: 'm-1' },
    ])
  })

  it("waits for an id and a model where Azure's first chunk has empty ones", () => {
    const filters = JSON.stringify({ id: '', model: '', choices: [], prompt_filter_results: [{}] })
    const { deltas } = decode([filters, chunk({ content: 'a' }), finish('stop')])
    expect(deltas[0]).toEqual({ type: 'progress' })
    expect(deltas[1]).toEqual({ type: 'start', id: 'chatcmpl-1', model: 'm-1' })
  })

  it('says which upstream a gateway used', () => {
    const { deltas } = decode([chunk({ content: 'a' }, {}, { provider: 'Novita' }), finish('stop')])
    expect(deltas[0]).toMatchObject({ type: 'start', servedBy: 'Novita' })
  })

  it('ignores fields and events that it does not know', () => {
    const odd = chunk({ content: 'a', audio: 7, mood: [] }, { logprobs: {} }, { p: 'xyz', timings: null })
    expect(
      textOf(contentOf(odd, '{"type":"brand.new","data":[1]}', '7', 'null', '"x"', finish('stop'))),
    ).toBe('a')
  })
})

describe('choices', () => {
  it('keeps to choice 0, in whatever order the choices come', () => {
    const both = JSON.stringify({
      choices: [
        { index: 1, delta: { content: 'no' } },
        { index: 0, delta: { content: 'yes' } },
      ],
    })
    const other = JSON.stringify({
      choices: [{ index: 1, delta: { content: 'no' }, finish_reason: 'length' }],
    })
    expect(contentOf(both, other, finish('stop'))).toEqual([{ type: 'text', text: 'yes' }, stop])
  })

  it('takes a choice without an index, or with one in digits, for the first', () => {
    const bare = JSON.stringify({ choices: [{ delta: { content: 'a' } }, { delta: { content: 'no' } }] })
    const digits = JSON.stringify({ choices: [{ index: '0', delta: { content: 'b' } }] })
    expect(textOf(contentOf(bare, digits, finish('stop')))).toBe('ab')
  })

  it('reads the delta and not the text so far that Perplexity puts beside it', () => {
    const of = (content: string, soFar: string, word: string | null) =>
      chunk({ content }, { message: { content: soFar }, finish_reason: word })
    expect(textOf(contentOf(of('Hel', 'Hel', null), of('lo', 'Hello', null), of('', 'Hello', 'stop')))).toBe(
      'Hello',
    )
  })
})

describe('content', () => {
  it('flattens a list of parts in order', () => {
    const content = [
      { type: 'text', text: 'a' },
      { type: 'reference', reference_ids: [1] },
      'b',
      null,
      { text: 'c' },
      { type: 'hologram', text: 'no' },
      { type: 'refusal', refusal: 'not that' },
    ]
    expect(contentOf(chunk({ content }), finish('stop'))).toEqual([
      { type: 'text', text: 'a' },
      { type: 'text', text: 'b' },
      { type: 'text', text: 'c' },
      { type: 'refusal', text: 'not that' },
      stop,
    ])
  })

  it('keeps a refusal out of the text', () => {
    expect(
      contentOf(chunk({ content: null, refusal: "I can't" }), chunk({ refusal: '' }), finish('stop')),
    ).toEqual([{ type: 'refusal', text: "I can't" }, stop])
  })

  it('keeps every character: emoji, control characters, line ends', () => {
    const text = '𝄞 "quoted" \\ \u0007 \r\n\tعربى 👩‍👩‍👧 \u2028'
    expect(textOf(contentOf(chunk({ content: text }), chunk({ content: text }), finish('stop')))).toBe(
      text + text,
    )
  })
})

describe('the end', () => {
  it('keeps text and calls of the chunk that ends, and text behind it', () => {
    const last = chunk(
      { content: 'x', tool_calls: [{ index: 0, id: 'a', function: { name: 'f' } }] },
      { finish_reason: 'stop' },
    )
    expect(contentOf(last, chunk({ content: 'y' })).map(({ type }) => type)).toEqual([
      'text',
      'tool-call-delta',
      'finish',
      'text',
    ])
  })

  it('gives a repeated finish reason once and a changed one again', () => {
    const ends = contentOf(
      finish('tool_calls'),
      finish('tool_calls'),
      finish('stop'),
      chunk({}, { finish_reason: '' }),
    )
    expect(ends).toEqual([{ type: 'finish', reason: 'tool_calls', raw: 'tool_calls' }, stop])
  })

  it.each(['', 'null'])('does not take the finish reason "%s" of an unfinished chunk for an end', (word) => {
    const { error } = decode([chunk({ content: 'Hal' }, { finish_reason: word })])
    expect(error).toMatchObject({ code: 'stream-interrupted', isRetryable: true })
  })

  it.each([
    ['length', 'length'],
    ['max_tokens', 'length'],
    ['content_filter', 'content_filter'],
    ['function_call', 'tool_calls'],
    ['eos', 'stop'],
    ['STOP', 'stop'],
  ])('translates "%s" to "%s" and keeps the word', (raw, reason) => {
    expect(contentOf(finish(raw))).toEqual([{ type: 'finish', reason, raw }])
  })

  it('takes an unknown word for stop, with a warning', () => {
    expect(contentOf(finish('bored'))).toMatchObject([
      { type: 'finish', reason: 'stop', raw: 'bored' },
      { type: 'warning', warning: { code: 'unknown-finish-reason' } },
    ])
  })

  it('ends by the end mark alone, with a warning and without a word', () => {
    expect(contentOf(chunk({ content: 'x' })).slice(1)).toMatchObject([
      { type: 'finish', reason: 'stop' },
      { type: 'warning', warning: { code: 'missing-finish-reason' } },
    ])
    expect(contentOf(chunk({ content: 'x' }))[1]).not.toHaveProperty('raw')
  })

  it.each(['[DONE]', ' [DONE] ', '"[DONE]"'])('knows the end mark as %s', (mark) => {
    const { decoder, error } = decode([finish('stop'), mark])
    expect([decoder.isFinished, error]).toEqual([true, undefined])
  })

  it('reads nothing behind the end mark', () => {
    const { deltas } = decode([finish('stop'), '[DONE]', chunk({ content: 'late' }), '{broken'])
    expect(textOf(deltas)).toBe('')
    expect(deltas).toHaveLength(2)
  })

  it('is whole with a finish reason and no end mark, and reads on for the usage', () => {
    const usage = { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 }
    const { deltas, decoder, error } = decode([finish('stop'), JSON.stringify({ choices: [], usage })])
    expect(error).toBeUndefined()
    expect(deltas.at(-1)).toEqual({ type: 'usage', usage: { input: 3, output: 2 } })
    expect([decoder.hasEnded, decoder.isFinished]).toEqual([true, false])
  })

  it('throws where the body ends before the answer', () => {
    expect(decode([chunk({ content: 'Hal' })]).error).toMatchObject({ code: 'stream-interrupted' })
    expect(decode([]).error).toMatchObject({ code: 'stream-interrupted' })
  })
})

describe('broken events', () => {
  it('throws for JSON that is cut off, without showing it', () => {
    const { error } = decode([chunk({ content: 'a' }), '{"choices":[{"delta":{"content":"sec'])
    expect(error).toMatchObject({ code: 'invalid-response', isRetryable: true })
    expect(String(error)).not.toContain('sec')
  })

  it('only warns of it behind the end of the answer', () => {
    const { deltas, error } = decode([finish('stop'), '{"usage":{'])
    expect(error).toBeUndefined()
    expect(deltas.at(-1)).toMatchObject({ type: 'warning', warning: { code: 'broken-after-finish' } })
  })
})

describe('errors inside the stream', () => {
  it.each([
    ['alone in a chunk', JSON.stringify({ error: { message: 'Upstream', code: 502 } }), 'provider'],
    ['as a string', JSON.stringify({ error: 'Upstream' }), 'provider'],
    ['in a list', JSON.stringify([{ error: { code: 429, message: 'Upstream' } }]), 'rate-limited'],
    [
      'as an object of its own',
      JSON.stringify({ object: 'error', message: 'Upstream', code: 400 }),
      'invalid-request',
    ],
    [
      'as a type',
      JSON.stringify({ type: 'error', error: { type: 'overloaded_error', message: 'Upstream' } }),
      'overloaded',
    ],
    [
      'as a code beside a message',
      JSON.stringify({ code: 'InvalidApiKey', message: 'Upstream' }),
      'authentication',
    ],
    [
      "as MiniMax's state",
      JSON.stringify({ base_resp: { status_code: 1013, status_msg: 'Upstream' } }),
      'provider',
    ],
    [
      'beside choices',
      chunk({ content: '' }, {}, { error: { code: 400, message: 'Upstream' } }),
      'invalid-request',
    ],
    [
      'as a finish reason',
      chunk({}, { finish_reason: 'error', error: { code: 503, message: 'Upstream' } }),
      'provider',
    ],
  ])('throws one that comes %s, whatever came before', (_, event, code) => {
    const { deltas, error } = decode([
      chunk({ content: 'Hal' }),
      event,
      chunk({ content: 'lo' }),
      finish('stop'),
    ])
    expect(error).toMatchObject({ code, message: 'Upstream' })
    expect(textOf(deltas)).toBe('Hal')
  })

  it('throws an error event, whether its data is JSON or words', () => {
    const body = JSON.stringify({
      error: { message: 'Tool call failed', code: 'tool_use_failed', type: 'invalid_request_error' },
    })
    expect(decode([['error', body]]).error).toMatchObject({
      code: 'invalid-request',
      message: 'Tool call failed',
    })
    expect(decode([['error', 'gone fishing']]).error).toMatchObject({
      code: 'provider',
      message: 'gone fishing',
    })
  })

  it('throws for a finish reason that says failed, without any other word on it', () => {
    expect(decode([finish('failed')]).error).toMatchObject({ code: 'provider' })
  })

  it('lets an answer stand whose error comes behind its finish reason, with a warning and the usage', () => {
    const late = chunk(
      {},
      {},
      { error: { code: 400, message: 'Token limit' }, usage: { prompt_tokens: 4, completion_tokens: 1 } },
    )
    const { deltas, error } = decode([finish('length'), late, finish('error'), ['error', '{}'], '[DONE]'])
    expect(error).toBeUndefined()
    expect(deltas.filter(({ type }) => type === 'warning')).toHaveLength(3)
    expect(deltas).toContainEqual({ type: 'usage', usage: { input: 4, output: 1 } })
  })

  it.each([{ error: null }, { error: '' }, { error: {} }])('does not take %j for an error', (beside) => {
    expect(contentOf(chunk({ content: 'a' }, {}, beside), finish('stop'))).toHaveLength(2)
  })
})

describe('a whole answer as the only event', () => {
  const whole = {
    id: 'w',
    object: 'chat.completion',
    model: 'm',
    choices: [{ index: 0, message: { role: 'assistant', content: 'All of it' }, finish_reason: 'stop' }],
    usage: { prompt_tokens: 1, completion_tokens: 2 },
  }

  it('is read from its message', () => {
    const { deltas, decoder, error } = decode([JSON.stringify(whole)])
    expect(error).toBeUndefined()
    expect(decoder.hasEnded).toBe(true)
    expect(deltas).toEqual([
      { type: 'start', id: 'w', model: 'm' },
      { type: 'text', text: 'All of it' },
      { type: 'usage', usage: { input: 1, output: 2 } },
      stop,
    ])
  })

  it('is not read again where the text came in deltas', () => {
    expect(textOf(contentOf(chunk({ content: 'All' }), JSON.stringify(whole)))).toBe('All')
  })
})
