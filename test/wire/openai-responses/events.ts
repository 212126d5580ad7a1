// What the tests of this dialect share: a decoder fed with events, and what its deltas amount to.

import type { Delta } from '../../../src/core/delta.js'
import type { StreamEvent } from '../../../src/core/stream-event.js'
import { type Answer, CompletionAccumulator } from '../../../src/stream/accumulator.js'
import { openaiResponses } from '../../../src/wire/openai-responses/dialect.js'

/** An event as an object, or its data as text. */
export type Sent = Readonly<Record<string, unknown>> | string

/** The deltas of a stream of these events, read to its end. */
export function decode(...events: readonly Sent[]): Delta[] {
  const deltas: Delta[] = []
  decodeInto(deltas, events)
  return deltas
}

/** Decodes into `deltas`, so that a test sees what came before a throw. */
export function decodeInto(deltas: Delta[], events: readonly Sent[]): void {
  const decoder = openaiResponses.decoder()
  for (const event of events) {
    if (decoder.isFinished) break
    decoder.event(typeof event === 'string' ? event : JSON.stringify(event), '', deltas)
  }
  if (!decoder.isFinished) decoder.end(deltas)
}

/** The answer that deltas fold to. */
export function fold(deltas: readonly Delta[]): Answer {
  const accumulator = new CompletionAccumulator({ fallbackId: 'test-answer' })
  const events: StreamEvent[] = []
  for (const delta of deltas) accumulator.push(delta, events)
  return accumulator.finish(events)
}

/** The first event of a response. */
export const created: Sent = {
  type: 'response.created',
  response: { id: 'resp_1', model: 'gpt-test', status: 'in_progress', output: [] },
}

/** Usage as the provider counts it. */
export const usage = {
  input_tokens: 20,
  input_tokens_details: { cached_tokens: 8 },
  output_tokens: 9,
  output_tokens_details: { reasoning_tokens: 4 },
  total_tokens: 29,
}

/** The terminal event of an answer that ended well. */
export function completed(output: readonly unknown[] = []): Sent {
  const response = { id: 'resp_1', model: 'gpt-test', status: 'completed', error: null, output, usage }
  return { type: 'response.completed', response }
}

/** An item begins. */
export function added(item: object, output_index = 0): Sent {
  return { type: 'response.output_item.added', output_index, item }
}

/** An item is finished. */
export function done(item: object, output_index = 0): Sent {
  return { type: 'response.output_item.done', output_index, item }
}

/** A piece of text. */
export function textDelta(delta: string, output_index = 0, item_id = 'msg_1'): Sent {
  return { type: 'response.output_text.delta', item_id, output_index, content_index: 0, delta }
}

/** A finished message. */
export function message(text: string, id = 'msg_1') {
  return { id, type: 'message', role: 'assistant', content: [{ type: 'output_text', text, annotations: [] }] }
}

/** A finished call. */
export function functionCall(call_id: string, name: string, text: unknown, id = `fc_${call_id}`) {
  return { id, type: 'function_call', call_id, name, arguments: text }
}

/** A piece of a call’s arguments. */
export function argumentsDelta(delta: string, item_id: string, output_index = 0): Sent {
  return { type: 'response.function_call_arguments.delta', item_id, output_index, delta }
}
