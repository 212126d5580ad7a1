// The canned answers of the mock upstream: every event as its own piece of bytes, about 300 bytes each.

const EVENT_BYTES = 300
// Like prose: about one word in twenty has something that JSON escapes, and one in forty is not ASCII.
const WORDS = [
  ...' the quick brown fox jumps over the lazy dog and runs along the river'.split(/(?= )/),
  '.\n\n',
  ...'Then it sits down near an old café to watch the boats go by while a'.split(/(?= )/),
  ' "friend"',
  ...' brings something to eat for both'.split(/(?= )/),
  '.',
]
const SMALL_ANSWER = 'Hello there.'
const TOOL_CALLS = 4
const TOOL_FRAGMENT = 12
const ARGUMENT_FRAGMENT = 16

/**
 * The events of one streamed answer.
 * @param {'openai' | 'anthropic'} wire
 * @param {'text' | 'small' | 'tools' | 'arguments'} kind
 * @param {number} size events of text, fragments of tools, or characters of one call's arguments
 * @returns {Buffer[]}
 */
export function makeEvents(wire, kind, size) {
  if (wire === 'anthropic') return anthropicText(size)
  if (kind === 'text') return openaiText(size)
  if (kind === 'small') return openaiText(1, [SMALL_ANSWER])
  if (kind === 'tools')
    return openaiTools(TOOL_CALLS, Math.floor((size / TOOL_CALLS) * TOOL_FRAGMENT), TOOL_FRAGMENT)
  return openaiTools(1, size, ARGUMENT_FRAGMENT)
}

/** The small answer in one piece, to a request that does not ask for a stream; `small` is the same as a stream. */
export function makeWholeAnswer(wire) {
  if (wire === 'anthropic') {
    return Buffer.from(
      JSON.stringify({
        id: 'msg_bench',
        type: 'message',
        role: 'assistant',
        model: 'claude-haiku-4-5',
        content: [{ type: 'text', text: SMALL_ANSWER }],
        stop_reason: 'end_turn',
        stop_sequence: null,
        usage: { input_tokens: 12, output_tokens: 4 },
      }),
    )
  }
  const message = { role: 'assistant', content: SMALL_ANSWER, refusal: null }
  return Buffer.from(
    JSON.stringify({
      id: 'chatcmpl-bench',
      object: 'chat.completion',
      created: 1_700_000_000,
      model: 'gpt-4o-mini-2024-07-18',
      choices: [{ index: 0, message, logprobs: null, finish_reason: 'stop' }],
      usage: { prompt_tokens: 12, completion_tokens: 4, total_tokens: 16 },
    }),
  )
}

function openaiText(count, words = WORDS) {
  const events = [openaiChunk({ role: 'assistant', content: '', refusal: null })]
  for (let index = 0; index < count; index++)
    events.push(openaiChunk({ content: words[index % words.length] }))
  return [...events, ...openaiEnd('stop', count)]
}

function openaiTools(calls, characters, fragment) {
  const events = [openaiChunk({ role: 'assistant', content: null, refusal: null })]
  for (let index = 0; index < calls; index++) {
    const start = {
      index,
      id: `call_bench_${index}`,
      type: 'function',
      function: { name: 'save', arguments: '' },
    }
    events.push(openaiChunk({ tool_calls: [start] }))
    const text = toolArguments(characters)
    for (let at = 0; at < text.length; at += fragment) {
      const piece = { index, function: { arguments: text.slice(at, at + fragment) } }
      events.push(openaiChunk({ tool_calls: [piece] }))
    }
  }
  return [...events, ...openaiEnd('tool_calls', characters)]
}

// The result is exactly `characters` long, so that the number of fragments is known.
function toolArguments(characters) {
  const frame = JSON.stringify({ text: '' }).length
  let text = ''
  for (let index = 0; text.length < characters - frame; index++) text += `line ${index} of a file. `
  return JSON.stringify({ text: text.slice(0, characters - frame) })
}

function openaiChunk(delta, finishReason = null) {
  const choice = { index: 0, delta, logprobs: null, finish_reason: finishReason }
  return openaiEvent(openaiEnvelope([choice], null))
}

function openaiEnd(reason, outputTokens) {
  const usage = { prompt_tokens: 12, completion_tokens: outputTokens, total_tokens: 12 + outputTokens }
  return [openaiChunk({}, reason), openaiEvent(openaiEnvelope([], usage)), Buffer.from('data: [DONE]\n\n')]
}

function openaiEnvelope(choices, usage) {
  return {
    id: 'chatcmpl-bench0000000000000000000',
    object: 'chat.completion.chunk',
    created: 1_700_000_000,
    model: 'gpt-4o-mini-2024-07-18',
    service_tier: 'default',
    system_fingerprint: 'fp_bench',
    choices,
    usage,
  }
}

function openaiEvent(chunk) {
  return Buffer.from(`data: ${JSON.stringify(chunk)}\n\n`)
}

function anthropicText(count) {
  const message = {
    id: 'msg_bench',
    type: 'message',
    role: 'assistant',
    model: 'claude-haiku-4-5',
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: { input_tokens: 12, output_tokens: 1 },
  }
  const events = [
    anthropicEvent({ type: 'message_start', message }),
    anthropicEvent({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } }),
    anthropicEvent({ type: 'ping' }),
  ]
  for (let index = 0; index < count; index++) events.push(anthropicTextDelta(index))
  const end = { stop_reason: 'end_turn', stop_sequence: null }
  events.push(
    anthropicEvent({ type: 'content_block_stop', index: 0 }),
    anthropicEvent({ type: 'message_delta', delta: end, usage: { output_tokens: count } }),
    anthropicEvent({ type: 'message_stop' }),
  )
  return events
}

// This wire has no padding field: its larger events carry more text.
function anthropicTextDelta(index) {
  const delta = { type: 'text_delta', text: '' }
  const bare = anthropicEvent({ type: 'content_block_delta', index: 0, delta }).length
  for (let word = index; bare + delta.text.length < EVENT_BYTES - 8; word++)
    delta.text += WORDS[word % WORDS.length]
  return anthropicEvent({ type: 'content_block_delta', index: 0, delta })
}

function anthropicEvent(event) {
  return Buffer.from(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)
}
