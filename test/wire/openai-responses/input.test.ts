// How a conversation is said as input items.

import { describe, expect, it } from 'vitest'
import type { AssistantMessage, Message } from '../../../src/core/message.js'
import type { ChatRequest } from '../../../src/core/request.js'
import { openaiResponses } from '../../../src/wire/openai-responses/dialect.js'
import { defaultResponsesQuirks, type ResponsesQuirks } from '../../../src/wire/openai-responses/quirks.js'

const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

function encode(request: Partial<ChatRequest>, quirks: Partial<ResponsesQuirks> = {}, stream = false) {
  return openaiResponses.encode(
    { messages: [{ role: 'user', content: 'Hi' }], ...request },
    { provider: 'openai', model: 'gpt-test', stream, quirks: { ...defaultResponsesQuirks, ...quirks } },
  )
}

function inputOf(messages: readonly Message[], quirks: Partial<ResponsesQuirks> = {}): unknown {
  return encode({ messages }, quirks).body.input
}

describe('messages in a request', () => {
  it('are refused before they are sent where none of them can be said', () => {
    const byok = { provider: 'openai', model: 'gpt-test', reasoning: [{ redacted: 'x' }] }
    expect(() => inputOf([{ role: 'assistant', content: null, byok }])).toThrow(
      expect.objectContaining({ code: 'invalid-request', field: 'messages' }),
    )
  })

  it('keep their order and their roles', () => {
    expect(
      inputOf([
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'Hi 👍\n\u0000' },
        { role: 'assistant', content: 'Hello.' },
        { role: 'developer', content: [{ type: 'text', text: 'Now in French.' }] },
      ]),
    ).toEqual([
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'Hi 👍\n\u0000' },
      { role: 'assistant', content: 'Hello.' },
      { role: 'developer', content: [{ type: 'input_text', text: 'Now in French.' }] },
    ])
    expect(inputOf([{ role: 'developer', content: 'x' }], { developerRole: false })).toEqual([
      { role: 'system', content: 'x' },
    ])
  })

  it('may hold images, documents and sound', () => {
    const content = [
      { type: 'text', text: 'Look:' },
      { type: 'image_url', image_url: { url: png, detail: 'low' } },
      { type: 'image_url', image_url: { url: 'https://example.com/a.png' } },
      { type: 'file', file: { file_data: 'data:application/pdf;base64,AA==', filename: 'a.pdf' } },
      { type: 'file', file: { file_id: 'file-1' } },
      { type: 'input_audio', input_audio: { data: 'AA==', format: 'wav' } },
    ] as const
    expect(inputOf([{ role: 'user', content }])).toEqual([
      {
        role: 'user',
        content: [
          { type: 'input_text', text: 'Look:' },
          { type: 'input_image', image_url: `data:image/png;base64,${png}`, detail: 'low' },
          { type: 'input_image', image_url: 'https://example.com/a.png' },
          { type: 'input_file', file_data: 'data:application/pdf;base64,AA==', filename: 'a.pdf' },
          { type: 'input_file', file_id: 'file-1' },
          { type: 'input_audio', input_audio: { data: 'AA==', format: 'wav' } },
        ],
      },
    ])
  })

  it('are refused with an image that is none', () => {
    const content = [{ type: 'image_url', image_url: { url: 'no image' } }] as const
    expect(() => inputOf([{ role: 'user', content }])).toThrow(
      expect.objectContaining({ code: 'invalid-request', field: 'messages[0].content' }),
    )
  })

  it('say what an answer declined to say', () => {
    const parts: AssistantMessage['content'] = [
      { type: 'text', text: 'Well.' },
      { type: 'refusal', refusal: 'No.' },
    ]
    expect(
      inputOf([
        { role: 'assistant', content: null, refusal: 'No.' },
        { role: 'assistant', content: parts },
        { role: 'assistant', content: '' },
      ]),
    ).toEqual([
      { role: 'assistant', content: [{ type: 'refusal', refusal: 'No.' }] },
      {
        role: 'assistant',
        content: [
          { type: 'output_text', text: 'Well.' },
          { type: 'refusal', refusal: 'No.' },
        ],
      },
    ])
  })

  it('turn calls and results into items, and keep our marks at home', () => {
    const messages: Message[] = [
      {
        role: 'assistant',
        content: 'Let me see.',
        tool_calls: [
          {
            id: 'call_1',
            type: 'function',
            function: { name: 'look', arguments: '{"path": "/et' },
            invalid: true,
          },
          { id: '__proto__', type: 'custom', custom: { name: 'sql', input: 'SELECT 1' } },
        ],
      },
      { role: 'tool', tool_call_id: 'call_1', content: [{ type: 'text', text: 'nothing' }] },
      { role: 'tool', tool_call_id: '__proto__', content: '1' },
    ]
    expect(inputOf(messages)).toEqual([
      { role: 'assistant', content: 'Let me see.' },
      { type: 'function_call', call_id: 'call_1', name: 'look', arguments: '{"path": "/et' },
      { type: 'custom_tool_call', call_id: '__proto__', name: 'sql', input: 'SELECT 1' },
      { type: 'function_call_output', call_id: 'call_1', output: [{ type: 'input_text', text: 'nothing' }] },
      { type: 'custom_tool_call_output', call_id: '__proto__', output: '1' },
    ])
  })

  it('lose their names, with a warning', () => {
    const { body, warnings } = encode({ messages: [{ role: 'user', name: 'Ada', content: 'Hi' }] })
    expect(body.input).toEqual([{ role: 'user', content: 'Hi' }])
    expect(warnings).toMatchObject([{ code: 'history-adapted' }])
  })
})

describe('reasoning of an earlier answer', () => {
  const block = { text: 'I add.', redacted: 'opaque-1', id: 'rs_1', format: 'summary_text' }
  const answer = (reasoning: readonly object[]): AssistantMessage => ({
    role: 'assistant',
    content: 'Four.',
    reasoning_content: 'I add.',
    byok: { provider: 'openai', model: 'gpt-test', reasoning },
  })

  it('goes back in place, whole', () => {
    const call = { id: 'call_1', type: 'function', function: { name: 'add', arguments: '{}' } } as const
    expect(inputOf([{ ...answer([block]), content: null, tool_calls: [call] }])).toEqual([
      {
        type: 'reasoning',
        summary: [{ type: 'summary_text', text: 'I add.' }],
        encrypted_content: 'opaque-1',
      },
      { type: 'function_call', call_id: 'call_1', name: 'add', arguments: '{}' },
    ])
  })

  it('carries its id where the vendor wants that', () => {
    expect(inputOf([answer([block])], { reasoningIds: true })).toMatchObject([{ id: 'rs_1' }, {}])
  })

  it('goes back in the open where it came so, and under the vendor’s name for its form', () => {
    const open = { text: 'hm', id: 'rs_1', format: 'reasoning_text' }
    const signed = {
      text: 'hm',
      signature: 'sig-1',
      id: 'rs_2',
      format: 'reasoning_text:anthropic-claude-v1',
    }
    expect(inputOf([answer([open, signed])])).toEqual([
      { type: 'reasoning', id: 'rs_1', summary: [], content: [{ type: 'reasoning_text', text: 'hm' }] },
      {
        type: 'reasoning',
        id: 'rs_2',
        summary: [],
        content: [{ type: 'reasoning_text', text: 'hm' }],
        signature: 'sig-1',
        format: 'anthropic-claude-v1',
      },
      { role: 'assistant', content: 'Four.' },
    ])
  })

  it('stays away where only a summary is known, or where nothing follows it', () => {
    expect(inputOf([answer([{ text: 'I add.', id: 'rs_1', format: 'summary_text' }])])).toHaveLength(1)
    expect(
      inputOf([
        { ...answer([block]), content: null },
        { role: 'user', content: 'Hi' },
      ]),
    ).toEqual([{ role: 'user', content: 'Hi' }])
  })
})
