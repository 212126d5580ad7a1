// Messages in a vendor's form, with the state that it wants to see again and none of our marks.
import { describe, expect, it } from 'vitest'
import type {
  AssistantMessage,
  Message,
  MessageOrigin,
  ReasoningBlock,
  ToolCall,
} from '../../../src/core/message.js'
import type { ChatQuirks } from '../../../src/wire/openai-chat/quirks.js'
import { encode } from './encoding.js'

function messages(sent: readonly Message[], quirks: Partial<ChatQuirks> = {}): unknown {
  return encode({ messages: sent }, quirks).body.messages
}

/** One assistant message, encoded. */
function assistant(sent: Omit<AssistantMessage, 'role'>, quirks: Partial<ChatQuirks> = {}): unknown {
  const [message] = messages([{ role: 'assistant', ...sent }], quirks) as unknown[] // one in, one out
  return message
}

const png = `iVBORw0KGgo${'A'.repeat(21)}`
const call: ToolCall = { id: 'call_1', type: 'function', function: { name: 'f', arguments: '{"a":1}' } }

function origin(...reasoning: ReasoningBlock[]): { byok: MessageOrigin } {
  return { byok: { provider: 'acme', model: 'm-1', reasoning } }
}

describe('messages', () => {
  it('go out in order, as they are', () => {
    const sent: Message[] = [
      { role: 'system', content: 'Be brief', name: 's' },
      { role: 'user', content: 'Hi 👋 "x" \u0007\n\u202eabc', name: 'ann' },
      { role: 'assistant', content: null, tool_calls: [call] },
      { role: 'tool', tool_call_id: 'call_1', content: 'done' },
    ]
    expect(messages(sent)).toEqual(sent)
  })

  it('lose names where the vendor takes none', () => {
    expect(messages([{ role: 'user', content: 'a', name: 'ann' }], { messageNames: false })).toEqual([
      { role: 'user', content: 'a' },
    ])
  })

  it('of the developer are the system’s where that role is unknown', () => {
    const sent: Message[] = [{ role: 'developer', content: 'a' }]
    expect(messages(sent)).toEqual([{ role: 'system', content: 'a' }])
    expect(messages(sent, { developerRole: true })).toEqual(sent)
  })

  it('carry none of our marks', () => {
    const sent = {
      content: 'a',
      tool_calls: [{ ...call, invalid: true as const }],
      ...origin({ signature: 's' }),
    }
    expect(assistant(sent)).toEqual({ role: 'assistant', content: 'a', tool_calls: [call] })
  })

  it('keep calls of custom tools', () => {
    const custom: ToolCall = { id: 'c', type: 'custom', custom: { name: 'sh', input: 'ls' } }
    expect(assistant({ content: null, tool_calls: [custom] })).toEqual({
      role: 'assistant',
      content: null,
      tool_calls: [custom],
    })
  })

  it('of an assistant that said nothing are an empty text, but null beside calls', () => {
    expect(assistant({})).toEqual({ role: 'assistant', content: '' })
    expect(assistant({ content: null, tool_calls: [], refusal: null })).toEqual({
      role: 'assistant',
      content: '',
    })
    expect(assistant({ tool_calls: [call] })).toMatchObject({ content: null })
    expect(assistant({ content: '', tool_calls: [call] })).toMatchObject({ content: '' })
  })

  it('hold an earlier refusal in its field, or as text where there is no such field', () => {
    const refused = { content: null, refusal: 'No' }
    expect(assistant(refused, { refusals: true })).toEqual({
      role: 'assistant',
      content: null,
      refusal: 'No',
    })
    expect(assistant(refused)).toEqual({ role: 'assistant', content: 'No' })
    expect(assistant({ content: [{ type: 'refusal', refusal: 'No' }] })).toMatchObject({
      content: [{ type: 'text', text: 'No' }],
    })
  })
})

describe('content in parts', () => {
  it('makes images into URLs or data URIs', () => {
    const image = (url: string, detail?: 'low') =>
      ({ type: 'image_url', image_url: detail ? { url, detail } : { url } }) as const
    const content = [
      image('https://example.com/a.png', 'low'),
      image(png),
      image(`data:image/jpeg;base64,${png}`),
    ]
    expect(messages([{ role: 'user', content }])).toEqual([
      {
        role: 'user',
        content: [
          image('https://example.com/a.png', 'low'),
          image(`data:image/png;base64,${png}`),
          image(`data:image/png;base64,${png}`),
        ],
      },
    ])
  })

  it('names the part whose image cannot be read', () => {
    const content = [{ type: 'image_url', image_url: { url: 'ftp://example.com/a.png' } }] as const
    expect(() => messages([{ role: 'user', content }])).toThrow(
      expect.objectContaining({ code: 'invalid-request', field: 'messages[0].content[0]' }),
    )
  })

  it('passes sound and files on', () => {
    const content = [
      { type: 'text', text: 'a' },
      { type: 'input_audio', input_audio: { data: 'AAAA', format: 'wav' } },
      { type: 'file', file: { file_id: 'f1' } },
    ] as const
    expect(messages([{ role: 'user', content }])).toEqual([{ role: 'user', content }])
  })

  it('keeps cache marks only where the vendor takes them', () => {
    const content = [{ type: 'text', text: 'a', cache_control: { type: 'ephemeral' } }] as const
    expect(messages([{ role: 'user', content }], { cacheMarks: true })).toEqual([{ role: 'user', content }])
    expect(messages([{ role: 'user', content }])).toEqual([
      { role: 'user', content: [{ type: 'text', text: 'a' }] },
    ])
  })

  it('is one text where the vendor takes no parts and there is nothing but text', () => {
    const text = (value: string) => ({ type: 'text', text: value }) as const
    const image = { type: 'image_url', image_url: { url: 'https://example.com/a.png' } } as const
    expect(messages([{ role: 'user', content: [text('a'), text('b')] }], { textParts: false })).toEqual([
      { role: 'user', content: 'a\n\nb' },
    ])
    expect(messages([{ role: 'user', content: [text('a'), image] }], { textParts: false })).toEqual([
      { role: 'user', content: [text('a'), image] },
    ])
  })
})

describe('reasoning of an earlier answer', () => {
  const own = { content: 'x', ...origin({ text: 'a', signature: 's' }, { text: 'b' }) }

  it.each([
    ['none', { content: 'x' }],
    ['reasoning_content', { content: 'x', reasoning_content: 'ab' }],
    ['reasoning', { content: 'x', reasoning: 'ab' }],
    [
      'thinking-parts',
      {
        content: [
          { type: 'thinking', thinking: [{ type: 'text', text: 'ab' }] },
          { type: 'text', text: 'x' },
        ],
      },
    ],
  ] as const)('goes back by way of %s', (reasoningBack, fields) => {
    expect(assistant(own, { reasoningBack })).toEqual({ role: 'assistant', ...fields })
  })

  it.each(['reasoning_content', 'reasoning'] as const)(
    'goes back as %s from a stored message without an origin',
    (reasoningBack) => {
      expect(assistant({ content: 'x', reasoning_content: 'ab' }, { reasoningBack })).toMatchObject({
        [reasoningBack]: 'ab',
      })
      expect(assistant({ content: 'x' }, { reasoningBack })).toEqual({ role: 'assistant', content: 'x' })
    },
  )

  it('is an empty field where the vendor wants it in any case', () => {
    expect(
      assistant({ content: 'x' }, { reasoningBack: 'reasoning_content', reasoningBackAlways: true }),
    ).toEqual({
      role: 'assistant',
      content: 'x',
      reasoning_content: '',
    })
  })

  it('goes back whole and in order as details', () => {
    const blocks: ReasoningBlock[] = [
      { text: 'a', format: 'summary:openai-responses-v1' },
      { redacted: 'ENC', id: 'rs_1', format: 'openai-responses-v1' },
      { text: 'b', signature: 'sig', format: 'anthropic-claude-v1', id: 'r2' },
      { signature: 'gem', toolCallId: 'call_1' },
    ]
    expect(assistant({ content: 'x', ...origin(...blocks) }, { reasoningBack: 'reasoning_details' })).toEqual(
      {
        role: 'assistant',
        content: 'x',
        reasoning_details: [
          { type: 'reasoning.summary', summary: 'a', format: 'openai-responses-v1', index: 0 },
          { type: 'reasoning.encrypted', data: 'ENC', id: 'rs_1', format: 'openai-responses-v1', index: 1 },
          {
            type: 'reasoning.text',
            text: 'b',
            signature: 'sig',
            id: 'r2',
            format: 'anthropic-claude-v1',
            index: 2,
          },
        ],
      },
    )
    expect(
      assistant({ content: 'x', reasoning_content: 'ab' }, { reasoningBack: 'reasoning_details' }),
    ).toMatchObject({
      reasoning: 'ab',
    })
  })
})

describe("Gemini's thought signatures", () => {
  const quirks = { thoughtSignatures: true }
  const second: ToolCall = { ...call, id: 'call_2' }
  const signed = (signature: string) => ({ extra_content: { google: { thought_signature: signature } } })

  it('go back on the calls that they came with', () => {
    const sent = {
      content: null,
      tool_calls: [call, second],
      ...origin({ signature: 'sig', toolCallId: 'call_1' }),
    }
    expect(assistant(sent, quirks)).toMatchObject({ tool_calls: [{ ...call, ...signed('sig') }, second] })
    expect(assistant(sent)).toEqual({ role: 'assistant', content: null, tool_calls: [call, second] })
  })

  it('are replaced by the documented mark on the first call of another model, and that is noted', () => {
    const { body, repairs } = encode(
      { messages: [{ role: 'assistant', tool_calls: [call, second] }] },
      quirks,
    )
    expect(body.messages).toMatchObject([
      { tool_calls: [signed('skip_thought_signature_validator'), second] },
    ])
    expect(repairs).toHaveLength(1)
  })
})
