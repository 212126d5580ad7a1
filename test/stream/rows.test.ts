// The acceptance table of the accumulator, row by row, where chunks alone say what must come out.
import { describe, expect, it } from 'vitest'
import {
  call,
  callsOf,
  chunk,
  done,
  failureOf,
  finish,
  fold,
  piece,
  reasoning,
  text,
  usage,
  watch,
} from './chunks.js'

const message = async (...chunks: unknown[]) => (await fold(chunks)).choices[0].message
describe('row 1', () => {
  it('joins text, and takes the end, the model and the usage from where they stand', async () => {
    const response = await fold([text('Hello'), text(' world'), text('!', 'stop'), usage(10, 3)])
    expect(response).toMatchObject({
      object: 'chat.completion',
      model: 'm',
      choices: [{ index: 0, message: { role: 'assistant', content: 'Hello world!' }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 10, completion_tokens: 3, total_tokens: 13 },
    })
    expect(response.choices[0].message).not.toHaveProperty('tool_calls')
    expect(response.byok.usageEstimated).toBe(false)
  })
})

describe('row 3', () => {
  it('keeps the text before a call', async () => {
    const response = await fold([
      text('Let me check'),
      call(0, 'call_456', 'web_search'),
      piece(0, '{"query": "test"}'),
      finish('tool_calls'),
    ])
    expect(response.choices[0].message.content).toBe('Let me check')
    expect(callsOf(response)).toEqual(['call_456 web_search {"query": "test"}'])
  })
})

describe('row 6', () => {
  it('keeps text behind a call, and marks it', () => {
    const { events, response } = watch([
      text('thinking...'),
      call(0, 'call_abc', 'read_file'),
      text(' more text'),
      finish('tool_calls'),
    ])
    expect(events.filter(({ type }) => type === 'text')).toEqual([
      { type: 'text', text: 'thinking...' },
      { type: 'text', text: ' more text', afterToolCall: true },
    ])
    expect(response.choices[0].message.content).toBe('thinking... more text')
  })
})

describe('row 7', () => {
  it('joins reasoning apart from the text', async () => {
    expect(
      await message(
        reasoning('Let me think'),
        reasoning(' about this'),
        text('The answer is 42'),
        finish('stop'),
      ),
    ).toMatchObject({ content: 'The answer is 42', reasoning_content: 'Let me think about this' })
  })
})

describe('row 8', () => {
  it('does not double reasoning that stands in both fields of each chunk', async () => {
    const both = (content: string) => chunk({ reasoning: content, reasoning_content: content })
    expect(await message(both('one '), both('two'), text('3'), finish('stop'))).toMatchObject({
      content: '3',
      reasoning_content: 'one two',
    })
  })

  it('flattens content that is a list of text and thinking, in order', async () => {
    const thinking = (content: string) => ({
      type: 'thinking',
      thinking: [{ type: 'text', text: content }],
    })
    const { events, response } = watch([
      chunk({ content: [thinking('a'), thinking('b'), { type: 'text', text: 'C' }] }),
      chunk({ content: [{ type: 'text', text: 'D' }] }, 'stop'),
    ])
    expect(events.map((event) => ('text' in event ? `${event.type} ${event.text}` : event.type))).toEqual([
      'reasoning a',
      'reasoning b',
      'text C',
      'text D',
    ])
    expect(response.choices[0].message).toMatchObject({ content: 'CD', reasoning_content: 'ab' })
  })
})

describe('row 14', () => {
  it('sees no output in chunks without content', () => {
    const { events, response } = watch([
      chunk({ role: 'assistant' }),
      chunk({ role: 'assistant', content: '' }),
      chunk(null),
      chunk({ content: null, tool_calls: null, reasoning_content: null }),
      chunk({ tool_calls: [] }),
      finish('stop'),
    ])
    expect(events).toEqual([])
    expect(response.choices[0].message).toEqual({ role: 'assistant', content: null, refusal: null })
  })
})

describe('row 15', () => {
  it('keeps text and end of one chunk', async () => {
    expect((await fold([text('x', 'stop')])).choices[0]).toMatchObject({
      message: { content: 'x' },
      finish_reason: 'stop',
    })
  })

  it('keeps usage that comes before the finish', async () => {
    expect((await fold([text('x'), usage(5, 2), finish('stop')])).usage).toMatchObject({
      prompt_tokens: 5,
      completion_tokens: 2,
    })
  })

  it('counts the last usage, and never a sum', async () => {
    const chunks = [text('x'), usage(9, 1), usage(9, 2), usage(9, 3), finish('stop')]
    expect((await fold(chunks)).usage.completion_tokens).toBe(3)
  })
})

describe('row 16', () => {
  it('takes the end of the bytes without an end of the answer for a broken stream', async () => {
    expect(await failureOf([text('Hal')])).toMatchObject({
      code: 'stream-interrupted',
      isRetryable: true,
      partial: { text: 'Hal', toolCalls: [] },
    })
  })

  it('hands on whole arguments of a broken stream only as incomplete', async () => {
    const error = await failureOf([call(0, 'a', 'x'), piece(0, '{"n":1}')])
    expect(error.code).toBe('stream-interrupted')
    expect(error.partial?.toolCalls).toEqual([
      { id: 'a', type: 'function', function: { name: 'x', arguments: '{"n":1}' }, incomplete: true },
    ])
  })
})

describe('row 20', () => {
  it.each([
    ['nothing', []],
    ['only a role', [chunk({ role: 'assistant', content: '' })]],
  ])('takes a stream of %s for broken', async (_, chunks) => {
    expect(await failureOf(chunks)).toMatchObject({ code: 'stream-interrupted' })
  })

  it('takes a finish without any text for an answer', async () => {
    const response = await fold([finish('length'), usage(4, 0)])
    expect(response.choices[0]).toMatchObject({ message: { content: null }, finish_reason: 'length' })
    expect(response.usage).toMatchObject({ prompt_tokens: 4, completion_tokens: 0 })
  })
})

describe('row 21', () => {
  it('turns an error in a chunk into a typed error with what had come', async () => {
    const fault = { error: { message: 'No such option.', type: 'invalid_request_error', code: 400 } }
    expect(await failureOf([text('a'), fault, done])).toMatchObject({
      code: 'invalid-request',
      message: 'No such option.',
      partial: { text: 'a' },
    })
  })
})
