// The messages of a request in the provider's form, with the opaque state that it wants to see again.

import type { AssistantMessage, Message, ReasoningBlock, ToolCall } from '../../core/message.js'
import type { JsonObject } from '../json.js'
import { encodeContent } from './content.js'
import type { ChatQuirks } from './quirks.js'
import { reasoningDetailsOf } from './reasoning-details.js'

/**
 * What Gemini takes for a call that it never signed: one of another model.
 * Source: ai.google.dev/gemini-api/docs/thought-signatures, "FAQs".
 */
const unsigned = 'skip_thought_signature_validator'

/** Messages in a provider's words, and what had to be mended for it. */
export interface EncodedMessages {
  readonly messages: JsonObject[]
  readonly repairs: readonly string[]
}

/** Puts messages into the vendor's form. Marks of ours stay here. */
export function encodeMessages(messages: readonly Message[], quirks: ChatQuirks): EncodedMessages {
  const repairs: string[] = []
  const encoded = messages.map((message, at) =>
    encodeMessage(message, quirks, `messages[${at}].content`, repairs),
  )
  return { messages: encoded, repairs }
}

function encodeMessage(message: Message, quirks: ChatQuirks, field: string, repairs: string[]): JsonObject {
  switch (message.role) {
    case 'system':
    case 'developer': {
      const role = quirks.developerRole ? message.role : 'system'
      return { role, content: encodeContent(message.content, quirks, field), ...nameOf(message, quirks) }
    }
    case 'user': {
      const content = encodeContent(message.content, quirks, field)
      return { role: 'user', content, ...nameOf(message, quirks) }
    }
    case 'assistant':
      return encodeAssistant(message, quirks, field, repairs)
    case 'tool': {
      const content = encodeContent(message.content, quirks, field)
      return { role: 'tool', tool_call_id: message.tool_call_id, content }
    }
    default:
      return message satisfies never
  }
}

function nameOf(message: { readonly name?: string }, quirks: ChatQuirks): JsonObject {
  return quirks.messageNames && message.name !== undefined ? { name: message.name } : {}
}

function encodeAssistant(
  message: AssistantMessage,
  quirks: ChatQuirks,
  field: string,
  repairs: string[],
): JsonObject {
  const calls = message.tool_calls ?? []
  const blocks = message.byok?.reasoning ?? []
  const encoded: JsonObject = { role: 'assistant', content: assistantContent(message, quirks, field) }
  if (quirks.refusals && message.refusal) encoded.refusal = message.refusal
  Object.assign(encoded, nameOf(message, quirks))
  addReasoning(encoded, message, blocks, quirks)
  if (calls.length > 0) {
    encoded.tool_calls = quirks.thoughtSignatures
      ? signedCalls(calls, blocks, repairs)
      : calls.map(encodeCall)
  }
  return encoded
}

/** `null` is for calls without text; an empty answer without calls is `''`, since `null` alone is refused. */
function assistantContent(
  message: AssistantMessage,
  quirks: ChatQuirks,
  field: string,
): string | JsonObject[] | null {
  const { content, refusal } = message
  if (content !== undefined && content !== null && content.length > 0) {
    return encodeContent(content, quirks, field)
  }
  if (refusal) return quirks.refusals ? null : refusal
  return (message.tool_calls ?? []).length > 0 ? (content === '' ? '' : null) : ''
}

/** Puts the reasoning of an earlier answer where this vendor looks for it. */
function addReasoning(
  encoded: JsonObject,
  message: AssistantMessage,
  blocks: readonly ReasoningBlock[],
  quirks: ChatQuirks,
): void {
  const text = textOf(message, blocks)
  switch (quirks.reasoningBack) {
    case 'none':
      return
    case 'reasoning_content':
    case 'reasoning':
      if (text !== '' || quirks.reasoningBackAlways) encoded[quirks.reasoningBack] = text
      return
    case 'reasoning_details': {
      const details = reasoningDetailsOf(blocks)
      if (details.length > 0) encoded.reasoning_details = details
      else if (text !== '') encoded.reasoning = text
      return
    }
    case 'thinking-parts': {
      if (text === '') return
      const { content } = encoded
      const rest = Array.isArray(content) ? content : content ? [{ type: 'text', text: content }] : []
      encoded.content = [{ type: 'thinking', thinking: [{ type: 'text', text }] }, ...rest]
      return
    }
    default:
      quirks.reasoningBack satisfies never
  }
}

function textOf(message: AssistantMessage, blocks: readonly ReasoningBlock[]): string {
  let text = ''
  for (const block of blocks) text += block.text ?? ''
  return text === '' ? (message.reasoning_content ?? '') : text
}

function encodeCall(call: ToolCall): JsonObject {
  if (call.type === 'custom') {
    return { id: call.id, type: 'custom', custom: { name: call.custom.name, input: call.custom.input } }
  }
  const { name, arguments: text } = call.function
  return { id: call.id, type: 'function', function: { name, arguments: text } }
}

/** Gemini wants the signature of each signed call back, and one on the first call in any case. */
function signedCalls(
  calls: readonly ToolCall[],
  blocks: readonly ReasoningBlock[],
  repairs: string[],
): JsonObject[] {
  return calls.map((call, at) => {
    const own = blocks.find((block) => block.toolCallId === call.id)?.signature
    const signature = own ?? (at === 0 ? unsigned : undefined)
    if (signature === unsigned) {
      repairs.push(`Tool call "${call.id}" carries no thought signature; it was marked as another model's.`)
    }
    const encoded = encodeCall(call)
    if (signature !== undefined) encoded.extra_content = { google: { thought_signature: signature } }
    return encoded
  })
}
