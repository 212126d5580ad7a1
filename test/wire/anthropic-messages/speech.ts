// Speaks Anthropic's streaming format: says deltas as the provider would, for tests to hear again.

import type { Delta } from '../../../src/core/delta.js'
import { anthropicMessages } from '../../../src/wire/anthropic-messages/dialect.js'

/** One server-sent event. */
export interface Event {
  readonly name: string
  readonly data: string
}

/** An event whose name is its type, as Anthropic sends them. */
export function event(type: string, fields: Readonly<Record<string, unknown>> = {}): Event {
  return { name: type, data: JSON.stringify({ type, ...fields }) }
}

/** The beginning of a message. */
export function messageStart(message: Readonly<Record<string, unknown>> = {}): Event {
  return event('message_start', {
    message: {
      id: 'msg_1',
      type: 'message',
      role: 'assistant',
      content: [],
      model: 'claude-test',
      ...message,
    },
  })
}

/** The beginning of a content block. */
export function blockStart(index: number, block: Readonly<Record<string, unknown>>): Event {
  return event('content_block_start', { index, content_block: block })
}

/** A piece of a content block. */
export function blockDelta(index: number, delta: Readonly<Record<string, unknown>>): Event {
  return event('content_block_delta', { index, delta })
}

/** The end of a content block. */
export function blockStop(index: number): Event {
  return event('content_block_stop', { index })
}

/** How the answer ended. */
export function messageDelta(stopReason: string | null, rest: Readonly<Record<string, unknown>> = {}): Event {
  return event('message_delta', { delta: { stop_reason: stopReason, stop_sequence: null }, ...rest })
}

export const messageStop = event('message_stop')

/** A text block in pieces. */
export function textBlock(index: number, ...pieces: string[]): Event[] {
  const deltas = pieces.map((text) => blockDelta(index, { type: 'text_delta', text }))
  return [blockStart(index, { type: 'text', text: '' }), ...deltas, blockStop(index)]
}

/** A call of a tool, its arguments in pieces; Anthropic sends an empty one first. */
export function callBlock(index: number, id: string, name: string, ...pieces: string[]): Event[] {
  const deltas = ['', ...pieces].map((json) =>
    blockDelta(index, { type: 'input_json_delta', partial_json: json }),
  )
  return [blockStart(index, { type: 'tool_use', id, name, input: {} }), ...deltas, blockStop(index)]
}

/** A block of thinking in pieces, with its signature. */
export function thinkingBlock(index: number, signature: string, ...pieces: string[]): Event[] {
  return [
    blockStart(index, { type: 'thinking', thinking: '', signature: '' }),
    ...pieces.map((thinking) => blockDelta(index, { type: 'thinking_delta', thinking })),
    blockDelta(index, { type: 'signature_delta', signature }),
    blockStop(index),
  ]
}

/** Decodes a stream to its end. */
export function decode(...events: readonly (Event | readonly Event[])[]): Delta[] {
  const deltas: Delta[] = []
  const decoder = anthropicMessages.decoder()
  for (const { data, name } of events.flat()) decoder.event(data, name, deltas)
  decoder.end(deltas)
  return deltas
}

/** The deltas of a stream without the mere signs of life. */
export function meaning(...events: readonly (Event | readonly Event[])[]): Delta[] {
  return decode(...events).filter((delta) => delta.type !== 'progress')
}
