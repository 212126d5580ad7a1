// Conversations as Anthropic's turns and content blocks.

import { describe, expect, it } from 'vitest'
import type { ContentPart, Message, MessageOrigin, ToolCall } from '../../../src/core/message.js'
import { encode, sonnet45, warned } from './encoding.js'

const user = (content: string | ContentPart[]): Message => ({ role: 'user', content })
const call = (id: string, text = '{}'): ToolCall => ({
  id,
  type: 'function',
  function: { name: 'f', arguments: text },
})
const result = (id: string, content: string | ContentPart[] = 'r'): Message => ({
  role: 'tool',
  tool_call_id: id,
  content,
})
const turns = (...messages: Message[]) => encode({ messages }).body.messages
const blocksOf = (message: Message) => (turns(message) as { content: unknown }[])[0]?.content // the one turn

const png = btoa('\x89PNG\r\n\x1a\n\0\0\0\rIHDR')
const pdf = btoa('%PDF-1.7\n%\xe2\xe3')

function fieldOfRefusal(...messages: Message[]): unknown {
  try {
    encode({ messages })
  } catch (error) {
    return error
  }
  throw new Error('the request was taken')
}

describe('system text', () => {
  it('stands apart from the turns: a string where it is one, blocks in order where there are more', () => {
    const one = encode({ messages: [{ role: 'system', content: 'S' }, user('Hi')] }).body
    expect(one).toMatchObject({ system: 'S', messages: [{ role: 'user', content: 'Hi' }] })
    const cache_control = { type: 'ephemeral' } as const
    const marked: Message = { role: 'developer', content: [{ type: 'text', text: 'D', cache_control }] }
    expect(encode({ messages: [{ role: 'system', content: 'S' }, marked, user('Hi')] }).body.system).toEqual([
      { type: 'text', text: 'S' },
      { type: 'text', text: 'D', cache_control },
    ])
  })

  it('from the middle of a conversation goes to the front, in order, with a warning', () => {
    const encoded = encode({
      messages: [{ role: 'system', content: 'A' }, user('Hi'), { role: 'system', content: 'B' }, user('x')],
    })
    expect(encoded.body.system).toEqual([
      { type: 'text', text: 'A' },
      { type: 'text', text: 'B' },
    ])
    expect(encoded.body.messages).toHaveLength(1)
    expect(warned(encoded)).toEqual(['history-adapted'])
  })
})

describe('turns', () => {
  it('of one role that follow each other become one', () => {
    expect(
      turns(
        user('a'),
        user('b'),
        { role: 'assistant', content: 'c' },
        { role: 'assistant', content: 'd' },
        user('e'),
      ),
    ).toEqual([
      {
        role: 'user',
        content: [
          { type: 'text', text: 'a' },
          { type: 'text', text: 'b' },
        ],
      },
      {
        role: 'assistant',
        content: [
          { type: 'text', text: 'c' },
          { type: 'text', text: 'd' },
        ],
      },
      { role: 'user', content: 'e' },
    ])
  })

  it('hold tool results before everything else', () => {
    const history: Message[] = [
      user('a'),
      { role: 'assistant', tool_calls: [call('1'), call('2')] },
      result('1'),
      user('b'),
      result('2', ''),
    ]
    expect(turns(...history)).toEqual([
      { role: 'user', content: 'a' },
      {
        role: 'assistant',
        content: [
          { type: 'tool_use', id: '1', name: 'f', input: {} },
          { type: 'tool_use', id: '2', name: 'f', input: {} },
        ],
      },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: '1', content: 'r' },
          { type: 'tool_result', tool_use_id: '2' },
          { type: 'text', text: 'b' },
        ],
      },
    ])
  })

  it('without anything to see in them are left out, as the API refuses them', () => {
    expect(
      turns(user('a'), { role: 'assistant', content: '' }, user(' \n'), { role: 'assistant', content: 'b' }),
    ).toEqual([
      { role: 'user', content: 'a' },
      { role: 'assistant', content: 'b' },
    ])
  })

  it('keep every character of their text', () => {
    const text = '  Zażółć 🎉\u2028"\\\u0000\ttabs\r\n\u202eRTL '
    expect(turns(user(text))).toEqual([{ role: 'user', content: text }])
  })
})

describe('an earlier answer', () => {
  const origin: MessageOrigin = {
    provider: 'anthropic',
    model: sonnet45,
    reasoning: [
      { text: 'Hm', signature: 'sig==' },
      { redacted: 'b64==' },
      { signature: 'hidden==' },
      { text: 'unsigned' },
    ],
  }

  it('goes back with its thinking first, whole and in order, and without what carries no signature', () => {
    const message: Message = {
      role: 'assistant',
      content: 'Hello',
      tool_calls: [call('1', '{"a":1}')],
      byok: origin,
      reasoning_content: 'Hm',
    }
    expect(blocksOf(message)).toEqual([
      { type: 'thinking', thinking: 'Hm', signature: 'sig==' },
      { type: 'redacted_thinking', data: 'b64==' },
      { type: 'thinking', thinking: '', signature: 'hidden==' },
      { type: 'text', text: 'Hello' },
      { type: 'tool_use', id: '1', name: 'f', input: { a: 1 } },
    ])
  })

  it('says what it refused to say', () => {
    expect(blocksOf({ role: 'assistant', content: null, refusal: 'No.' })).toBe('No.')
    expect(blocksOf({ role: 'assistant', content: [{ type: 'refusal', refusal: 'No.' }] })).toBe('No.')
  })

  it('never carries marks of ours', () => {
    const message: Message = {
      role: 'assistant',
      content: 'x',
      tool_calls: [{ ...call('1', '{"a"'), invalid: true }],
      byok: origin,
    }
    expect(JSON.stringify(turns(message))).not.toMatch(/byok|"invalid"/)
  })

  it.each<[string, Message[]]>([
    ['only system text', [{ role: 'system', content: 'Be brief.' }]],
    ['a user who says nothing', [user(' \n')]],
    ['an empty answer', [{ role: 'assistant', content: null }]],
  ])('refuses a conversation without a turn, before it is sent: %s', (_, messages) => {
    expect(() => encode({ messages })).toThrow(
      expect.objectContaining({ code: 'invalid-request', field: 'messages' }),
    )
  })

  it('wraps arguments that are no JSON object, and says so', () => {
    const message: Message = {
      role: 'assistant',
      tool_calls: [call('1', '{"a":'), call('2', '[1]'), call('3', '')],
    }
    const encoded = encode({ messages: [message] })
    expect(encoded.body.messages).toMatchObject([
      { content: [{ input: { INVALID_JSON: '{"a":' } }, { input: { INVALID_JSON: '[1]' } }, { input: {} }] },
    ])
    expect(warned(encoded)).toEqual(['history-adapted'])
  })

  it('gives the free text of a custom tool as its one argument', () => {
    const custom: ToolCall = { id: '1', type: 'custom', custom: { name: 'sh', input: 'ls "x"' } }
    expect(blocksOf({ role: 'assistant', tool_calls: [custom] })).toEqual([
      { type: 'tool_use', id: '1', name: 'sh', input: { input: 'ls "x"' } },
    ])
  })

  it('loses images, which an assistant cannot say, with a warning', () => {
    const image: ContentPart = { type: 'image_url', image_url: { url: png } }
    const encoded = encode({
      messages: [{ role: 'assistant', content: [{ type: 'text', text: 'a' }, image, image] }],
    })
    expect(encoded.body.messages).toEqual([{ role: 'assistant', content: 'a' }])
    expect(warned(encoded)).toEqual(['history-adapted'])
  })
})

describe('parts of a message', () => {
  const cache_control = { type: 'ephemeral', ttl: '1h' } as const

  it('are sent in order, with their cache marks', () => {
    const parts: ContentPart[] = [
      { type: 'text', text: 'Look:', cache_control },
      {
        type: 'image_url',
        image_url: { url: `data:image/jpeg;base64,${png}`, detail: 'low' },
        cache_control,
      },
      { type: 'image_url', image_url: { url: 'https://example.com/a.png' } },
    ]
    expect(blocksOf(user(parts))).toEqual([
      { type: 'text', text: 'Look:', cache_control },
      { type: 'image', source: { type: 'base64', media_type: 'image/png', data: png }, cache_control },
      { type: 'image', source: { type: 'url', url: 'https://example.com/a.png' } },
    ])
  })

  it.each([
    [
      'a PDF in a data URI',
      { file_data: `data:application/pdf;base64,${pdf}`, filename: 'a.pdf' },
      {
        type: 'document',
        source: { type: 'base64', media_type: 'application/pdf', data: pdf },
        title: 'a.pdf',
      },
    ],
    [
      'a bare PDF',
      { file_data: pdf },
      { type: 'document', source: { type: 'base64', media_type: 'application/pdf', data: pdf } },
    ],
    [
      'an address',
      { file_data: 'https://example.com/a.pdf' },
      { type: 'document', source: { type: 'url', url: 'https://example.com/a.pdf' } },
    ],
    [
      'a text',
      { file_data: `data:text/markdown;base64,${btoa('# \xc3\xa9')}` },
      { type: 'document', source: { type: 'text', media_type: 'text/plain', data: '# é' } },
    ],
    [
      'an image',
      { file_data: `data:image/png;base64,${png}` },
      { type: 'image', source: { type: 'base64', media_type: 'image/png', data: png } },
    ],
    [
      'a stored file',
      { file_id: 'file_1' },
      { type: 'document', source: { type: 'file', file_id: 'file_1' } },
    ],
  ])('of type file may be %s', (_case, file, block) => {
    expect(blocksOf(user([{ type: 'file', file, cache_control }]))).toEqual([{ ...block, cache_control }])
  })

  it('may stand in the result of a tool', () => {
    const content: ContentPart[] = [
      { type: 'text', text: 'a' },
      { type: 'image_url', image_url: { url: png } },
    ]
    expect(blocksOf(result('1', content))).toEqual([
      expect.objectContaining({
        content: [{ type: 'text', text: 'a' }, expect.objectContaining({ type: 'image' })],
      }),
    ])
  })

  it.each([
    ['sound', { type: 'input_audio', input_audio: { data: 'x', format: 'wav' } }],
    ['an image that is none', { type: 'image_url', image_url: { url: 'nothing' } }],
    ['a file of another kind', { type: 'file', file: { file_data: 'data:application/zip;base64,UEsDBA==' } }],
    ['an empty file', { type: 'file', file: {} }],
    ['a text that is no text', { type: 'file', file: { file_data: 'data:text/plain;base64,/w==' } }],
    ['a kind that nobody knows', { type: 'video_url' } as never], // callers without types
  ] as [string, ContentPart][])('cannot be %s, and the error says where it stands', (_case, part) => {
    const text: ContentPart = { type: 'text', text: 'a' }
    const error = fieldOfRefusal(user('first'), user([text, part]))
    expect(error).toMatchObject({ code: 'invalid-request', field: 'messages[1].content[1]' })
  })
})
