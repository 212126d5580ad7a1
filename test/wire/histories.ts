// What the tests of histories share: short ways to write one, and to fit it.

import { expect } from 'vitest'
import type { AssistantMessage, Message, ToolCall } from '../../src/core/message.js'
import { fitHistory, type HistoryTarget } from '../../src/wire/replay.js'

/** Who reads the histories, where a test names nobody else. */
export const target: HistoryTarget = { provider: 'openai', model: 'gpt-test' }
/** A turn of the user. */
export const user: Message = { role: 'user', content: 'Hi' }

/** One call. */
export function call(id: string): ToolCall {
  return { id, type: 'function', function: { name: 'look', arguments: '{}' } }
}

/** An answer that only calls tools. */
export function calls(...ids: string[]): AssistantMessage {
  return { role: 'assistant', content: null, tool_calls: ids.map(call) }
}

/** What a tool answered. */
export function result(id: string, content = 'found'): Message {
  return { role: 'tool', tool_call_id: id, content }
}

/** The history fitted, after checking that nothing was mutated and that fitting it again changes nothing. */
export function adapt(messages: readonly Message[], reader: HistoryTarget = target) {
  const before = structuredClone(messages)
  const fitted = fitHistory(messages, reader)
  expect(messages).toEqual(before)
  const again = fitHistory(fitted.messages, reader)
  expect(again).toEqual({ messages: fitted.messages, repairs: [] })
  expect(again.messages).toBe(fitted.messages)
  return fitted
}

/** What a function throws. */
export function failureOf(work: () => unknown): unknown {
  try {
    work()
  } catch (error) {
    return error
  }
  throw new Error('It should have failed.')
}
