// Anthropic's Messages dialect, as the vendor's server speaks it.

import type { FilledAnswer } from './answer.js'
import type { ErrorContent, Speech, WireEvent } from './speech.js'

const stopReasons: ReadonlyMap<string, string> = new Map([
  ['stop', 'end_turn'],
  ['length', 'max_tokens'],
  ['tool_calls', 'tool_use'],
  ['content_filter', 'refusal'],
])

const errorTypes: ReadonlyMap<number, string> = new Map([
  [400, 'invalid_request_error'],
  [401, 'authentication_error'],
  [402, 'billing_error'],
  [403, 'permission_error'],
  [404, 'not_found_error'],
  [413, 'request_too_large'],
  [429, 'rate_limit_error'],
  [504, 'timeout_error'],
  [529, 'overloaded_error'],
])

/** One content block of the answer: how it opens, what it adds, and what it is when whole. */
interface Block {
  readonly index: unknown
  readonly opening: Record<string, unknown>
  readonly deltas: readonly Record<string, unknown>[]
  readonly whole: Record<string, unknown>
}

/** Speaks Messages. Anthropic has no refusal text of its own: it is sent as text. */
export const messagesSpeech: Speech = {
  *events(answer) {
    yield named('message_start', { message: { ...messageOf(answer), ...opening(answer) } })
    let mustPing = true
    for (const { index, opening, deltas } of blocksOf(answer)) {
      yield named('content_block_start', { index, content_block: opening })
      if (mustPing) yield named('ping', {})
      mustPing = false
      for (const delta of deltas) yield named('content_block_delta', { index, delta })
      yield named('content_block_stop', { index })
    }
    if (answer.finish !== null) {
      yield named('message_delta', {
        delta: { stop_reason: stopReasonOf(answer), stop_sequence: null },
        ...(answer.usage === null ? {} : { usage: { output_tokens: answer.usage.output } }),
      })
    }
    yield { ...named('message_stop', {}), isTerminator: true }
  },

  body(answer) {
    return {
      ...messageOf(answer),
      content: blocksOf(answer).map((block) => block.whole),
      stop_reason: stopReasonOf(answer),
      ...(answer.usage === null ? {} : { usage: usageOf(answer, answer.usage.output) }),
    }
  },

  errorEvent: (error) => ({ event: 'error', data: JSON.stringify(errorBody(529, error)) }),
  errorBody,
}

function messageOf(answer: FilledAnswer) {
  return { id: answer.id, type: 'message', role: 'assistant', model: answer.model, stop_sequence: null }
}

function opening(answer: FilledAnswer) {
  return {
    content: [],
    stop_reason: null,
    ...(answer.usage === null ? {} : { usage: usageOf(answer, 1) }),
  }
}

/** Anthropic counts what its cache gave and took beside the input, not inside. */
function usageOf({ usage }: FilledAnswer, output: unknown) {
  return {
    input_tokens: usage?.input,
    cache_creation_input_tokens: usage?.cacheWrite ?? 0,
    cache_read_input_tokens: usage?.cacheRead ?? 0,
    output_tokens: output,
  }
}

function stopReasonOf({ finish }: FilledAnswer): string | null {
  return finish === null ? null : (stopReasons.get(finish) ?? finish)
}

function blocksOf(answer: FilledAnswer): Block[] {
  const blocks: Block[] = []
  const thinking = answer.reasoning.join('')
  if (thinking !== '') {
    const signature = 'dGVzdC1zaWduYXR1cmU='
    blocks.push({
      index: blocks.length,
      opening: { type: 'thinking', thinking: '', signature: '' },
      deltas: [
        ...answer.reasoning.map((piece) => ({ type: 'thinking_delta', thinking: piece })),
        { type: 'signature_delta', signature },
      ],
      whole: { type: 'thinking', thinking, signature },
    })
  }
  const text = [...answer.text, ...answer.refusal]
  if (text.length > 0) {
    blocks.push({
      index: blocks.length,
      opening: { type: 'text', text: '' },
      deltas: text.map((piece) => ({ type: 'text_delta', text: piece })),
      whole: { type: 'text', text: text.join('') },
    })
  }
  for (const call of answer.toolCalls) {
    const head = { type: 'tool_use', id: call.id, name: call.name }
    blocks.push({
      index: call.indexOr(blocks.length),
      opening: { ...head, input: {} },
      deltas: ['', ...call.pieces].map((piece) => ({ type: 'input_json_delta', partial_json: piece })),
      whole: { ...head, input: jsonOr(call.pieces.join('')) },
    })
  }
  return blocks
}

/** A whole body can hold only parsed input, so that text which is no JSON is sent as a string. */
function jsonOr(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function named(type: string, fields: Record<string, unknown>): WireEvent {
  return { event: type, data: JSON.stringify({ type, ...fields }) }
}

function errorBody(status: number, error: ErrorContent): unknown {
  const type = error.type ?? errorTypes.get(status) ?? (status >= 500 ? 'api_error' : 'invalid_request_error')
  const message = error.message ?? `The test upstream answers ${status}.`
  return { type: 'error', error: { type, message }, request_id: 'req_test_1' }
}
