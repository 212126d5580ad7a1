// How the tool calls of a streamed response are understood.

import { describe, expect, it } from 'vitest'
import type { Delta } from '../../../src/core/delta.js'
import {
  added,
  argumentsDelta,
  completed,
  created,
  decode,
  done,
  fold,
  functionCall,
  message,
} from './events.js'

const _emptyMessage = { id: 'msg_1', type: 'message', role: 'assistant', content: [] }
const reasoningItem = { id: 'rs_1', type: 'reasoning', summary: [] }

function _textsOf(deltas: readonly Delta[]): string[] {
  return deltas.flatMap((delta) => (delta.type === 'text' ? [delta.text] : []))
}

describe('the tool calls of a streamed response', () => {
  it('come with id and name first, then their arguments', () => {
    const item = functionCall('call_1', 'terminal', '{"command":"ls"}')
    const deltas = decode(
      created,
      added({ ...item, arguments: '' }),
      argumentsDelta('{"command":', 'fc_call_1'),
      argumentsDelta('"ls"}', 'fc_call_1'),
      { type: 'response.function_call_arguments.done', item_id: 'fc_call_1', arguments: item.arguments },
      done(item),
      completed([item]),
    )
    expect(deltas.filter((delta) => delta.type === 'tool-call-delta')).toEqual([
      { type: 'tool-call-delta', index: 0, id: 'call_1', name: 'terminal' },
      { type: 'tool-call-delta', index: 0, arguments: '{"command":' },
      { type: 'tool-call-delta', index: 0, arguments: '"ls"}' },
    ])
    expect(fold(deltas).finishReason).toBe('tool_calls')
  })

  it('have arguments that come only with the finished item, as text or as an object', () => {
    for (const text of ['{"a":1}', { a: 1 }]) {
      const item = functionCall('call_1', 'add', text)
      for (const events of [
        [added({ ...item, arguments: '' }), done(item), completed([item])],
        [added({ ...item, arguments: '' }), completed([item])],
        [added({ ...item, arguments: null }), done(item), completed([])],
      ]) {
        expect(fold(decode(created, ...events)).toolCalls).toEqual([
          { id: 'call_1', type: 'function', function: { name: 'add', arguments: '{"a":1}' } },
        ])
      }
    }
  })

  it('are numbered in the order of first sight, whatever their place', () => {
    const first = functionCall('call_a', 'x', '{}')
    const second = functionCall('call_b', 'y', '{"n":2}')
    const deltas = decode(
      created,
      added(reasoningItem, 0),
      added({ ...first, arguments: '' }, 1),
      added({ ...second, arguments: '' }, '7' as unknown as number),
      argumentsDelta('{"n":2}', 'fc_call_b', 7),
      argumentsDelta('{}', 'fc_call_a', 1),
      completed([reasoningItem, first, second]),
    )
    const calls = fold(deltas).toolCalls.map(
      (call) => call.type === 'function' && [call.id, call.function.arguments],
    )
    expect(calls).toEqual([
      ['call_a', '{}'],
      ['call_b', '{"n":2}'],
    ])
  })

  it('may be custom, with free text', () => {
    const item = { id: 'ct_1', type: 'custom_tool_call', call_id: 'call_9', name: 'sql', input: '' }
    const delta = {
      type: 'response.custom_tool_call_input.delta',
      item_id: 'ct_1',
      output_index: 0,
      delta: 'SELECT',
    }
    const whole = { ...item, input: 'SELECT 1' }
    const answer = fold(decode(created, added(item), delta, done(whole), completed([whole])))
    expect(answer.toolCalls).toEqual([
      { id: 'call_9', type: 'custom', custom: { name: 'sql', input: 'SELECT 1' } },
    ])
  })

  it('take a number as an id, and the id of the item where a call has none', () => {
    const items = [
      functionCall(7 as unknown as string, 'x', '{}', 'fc_1'),
      functionCall('', 'y', '{}', 'fc_2'),
    ]
    expect(fold(decode(created, completed(items))).toolCalls.map((call) => call.id)).toEqual(['7', 'fc_2'])
  })

  it('are found again by their id where a gateway renames items', () => {
    const answer = fold(
      decode(
        created,
        added(functionCall('call_1', 'x', '', 'a'), 0),
        added(functionCall('call_2', 'y', '', 'b'), 1),
        argumentsDelta('{"n":1}', 'c', 0),
        completed([functionCall('call_2', 'y', '{"n":2}', 'd'), functionCall('call_1', 'x', '{"n":1}', 'e')]),
      ),
    )
    expect(answer.toolCalls.map((call) => call.type === 'function' && call.function.arguments)).toEqual([
      '{"n":1}',
      '{"n":2}',
    ])
  })

  it('do not include what the provider runs itself', () => {
    const search = {
      id: 'ws_1',
      type: 'web_search_call',
      name: 'web_search',
      call_id: 'c',
      arguments: '{"q":1}',
    }
    const deltas = decode(
      created,
      added(search),
      argumentsDelta('{"q":', 'ws_1'),
      { type: 'response.mcp_call_arguments.delta', item_id: 'mcp_1', delta: '{}' },
      { type: 'response.shell_call_command.delta', output_index: 0, delta: 'ls' },
      done(search),
      completed([search, message('Found.')]),
    )
    expect(fold(deltas)).toMatchObject({ toolCalls: [], text: 'Found.', finishReason: 'stop' })
  })

  it('throws for a place in the output that is junk', () => {
    for (const place of [-1, 1.5, '__proto__', {}]) {
      const event = { ...(argumentsDelta('{', 'fc_1') as object), output_index: place }
      expect(() => decode(created, event)).toThrow(expect.objectContaining({ code: 'invalid-response' }))
    }
  })
})
