// Fragments of tool calls: what is passed on, and what is no fragment.
import { describe, expect, it } from 'vitest'
import type { Delta, ToolCallDelta } from '../../../src/core/delta.js'
import { decodeWhole } from '../../../src/wire/openai-chat/whole.js'
import { chunk, contentOf, decode, finish } from './chunks.js'

function callsOf(deltas: readonly Delta[]): Omit<ToolCallDelta, 'type'>[] {
  return deltas.flatMap((delta) => {
    if (delta.type !== 'tool-call-delta') return []
    const { type: _, ...fragment } = delta
    return [fragment]
  })
}

function fragments(...lists: unknown[]): Omit<ToolCallDelta, 'type'>[] {
  return callsOf(
    contentOf(...lists.map((tool_calls) => chunk({ content: null, tool_calls })), finish('tool_calls')),
  )
}

const f = (name?: string, text?: unknown) => ({ name, arguments: text })

describe('fragments of tool calls', () => {
  it('pass on index, id, name and arguments as they came', () => {
    expect(
      fragments(
        [{ index: 0, id: 'call_1', type: 'function', function: f('terminal', '') }],
        [{ index: 0, function: { arguments: '{"command":' } }],
        [{ index: 0, function: { arguments: ' "ls"}' } }],
      ),
    ).toEqual([
      { index: 0, id: 'call_1', name: 'terminal', arguments: '' },
      { index: 0, arguments: '{"command":' },
      { index: 0, arguments: ' "ls"}' },
    ])
  })

  it('may be several in one chunk', () => {
    expect(
      fragments([
        { index: 0, id: 'a', function: f('x', '{}') },
        { index: 1, id: 'b', function: f('y', '{}') },
      ]).map(({ index, id }) => [index, id]),
    ).toEqual([
      [0, 'a'],
      [1, 'b'],
    ])
  })

  it('leave the index out where there is none, and read one in digits', () => {
    expect(
      fragments([
        { id: 'a', function: f('x', '{}') },
        { index: null, id: 'b', function: f('y', '{}') },
        { index: '2', id: 'c', function: f('z', '{}') },
      ]).map(({ index }) => index),
    ).toEqual([undefined, undefined, 2])
  })

  it.each([-1, 1.5, 2 ** 53, '__proto__', '1e9', {}, true])('are junk at the index %j', (index) => {
    const { error } = decode([chunk({ tool_calls: [{ index, id: 'a', function: f('x', '{}') }] })])
    expect(error).toMatchObject({ code: 'invalid-response' })
  })

  it('turn a number into an id, and drop empty ids and names', () => {
    expect(
      fragments(
        [{ index: 0, id: 7, function: f('x', '{') }],
        [{ index: 0, id: '', function: { name: '', arguments: '}' } }],
        [{ index: 0, id: null, function: { name: null, arguments: null } }],
      ),
    ).toEqual([
      { index: 0, id: '7', name: 'x', arguments: '{' },
      { index: 0, arguments: '}' },
    ])
  })

  it('write arguments that came parsed as JSON', () => {
    expect(fragments([{ index: 0, id: 'a', function: f('x', { city: 'Riga' }) }])[0]).toMatchObject({
      arguments: '{"city":"Riga"}',
    })
  })

  it.each([null, [], [null], [{}], ['x'], 7, [{ index: 0, function: { arguments: '' } }]])(
    'are none in %j',
    (list) => {
      expect(fragments(list)).toEqual([])
    },
  )

  it('are read from the old form, which has neither index nor id', () => {
    expect(
      callsOf(
        contentOf(
          chunk({ function_call: { name: 'x', arguments: '' } }),
          chunk({ function_call: { arguments: '{}' } }),
          chunk({ function_call: null }),
          finish('function_call'),
        ),
      ),
    ).toEqual([{ name: 'x', arguments: '' }, { arguments: '{}' }])
  })

  it('know a custom tool by its type or its input', () => {
    expect(
      fragments(
        [{ index: 0, id: 'a', type: 'custom', custom: { name: 'sh', input: '' } }],
        [{ index: 0, custom: { input: 'ls -l' } }],
      ),
    ).toEqual([
      { index: 0, id: 'a', name: 'sh', arguments: '', kind: 'custom' },
      { index: 0, arguments: 'ls -l', kind: 'custom' },
    ])
  })

  it("keep Gemini's thought signature whole", () => {
    const extra_content = { google: { thought_signature: 'sig==' } }
    expect(fragments([{ index: 0, id: 'a', function: f('x', '{}'), extra_content }])[0]).toMatchObject({
      signature: 'sig==',
    })
  })
})

describe('calls of a whole answer', () => {
  it('are each their own, whatever their indexes say', () => {
    const tool_calls = [
      { index: 0, function: f('x', '{"a":1}') },
      { index: 0, function: f('x', '{"a":2}') },
    ]
    const deltas = decodeWhole({ choices: [{ message: { tool_calls }, finish_reason: 'tool_calls' }] })
    expect(callsOf(deltas)).toEqual([
      { index: 0, name: 'x', arguments: '{"a":1}' },
      { index: 1, name: 'x', arguments: '{"a":2}' },
    ])
  })
})
