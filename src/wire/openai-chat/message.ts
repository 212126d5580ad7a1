// The content of an answer, from a chunk's `delta` or a whole `message`: the same fields in both.

import type { Delta } from '../../core/delta.js'
import { asArray, asObject, asText, type JsonObject } from '../json.js'
import { pushReasoningDetails, type ReasoningBlocks } from './reasoning-details.js'
import { pushFunctionCall, pushToolCalls } from './tool-calls.js'

/** Adds what a delta (`isWhole` false) or a message (true) holds: reasoning, content, refusal, tool calls. */
export function pushMessage(
  message: JsonObject,
  isWhole: boolean,
  blocks: ReasoningBlocks,
  deltas: Delta[],
): void {
  const hasReasoning = pushReasoning(message, isWhole, blocks, deltas)
  const { content } = message
  if (typeof content === 'string') {
    if (content !== '') deltas.push({ type: 'text', text: content })
  } else if (Array.isArray(content)) {
    for (const part of content) pushPart(part, hasReasoning, deltas)
  }
  if (typeof message.refusal === 'string' && message.refusal !== '') {
    deltas.push({ type: 'refusal', text: message.refusal })
  }
  pushToolCalls(message.tool_calls, isWhole, deltas)
  pushFunctionCall(message.function_call, deltas)
}

/** Reasoning stands in one or several of four places, often the same text twice: the first that has any counts. */
function pushReasoning(
  message: JsonObject,
  isWhole: boolean,
  blocks: ReasoningBlocks,
  deltas: Delta[],
): boolean {
  const plain = asText(message.reasoning_content) ?? asText(message.reasoning)
  const details = message.reasoning_details
  if (Array.isArray(details) && details.length > 0) {
    return pushReasoningDetails(details, plain, isWhole, blocks, deltas)
  }
  if (plain === undefined) return false
  deltas.push({ type: 'reasoning', text: plain })
  return true
}

/** Mistral sends content as parts: text, thinking, references. A part of an unknown type holds nothing for us. */
function pushPart(entry: unknown, hasReasoning: boolean, deltas: Delta[]): void {
  if (typeof entry === 'string') {
    if (entry !== '') deltas.push({ type: 'text', text: entry })
    return
  }
  const part = asObject(entry)
  switch (part?.type) {
    case undefined:
    case 'text':
    case 'output_text': {
      const text = asText(part?.text)
      if (text) deltas.push({ type: 'text', text })
      return
    }
    case 'refusal': {
      const text = asText(part?.refusal)
      if (text) deltas.push({ type: 'refusal', text })
      return
    }
    case 'thinking': {
      const text = hasReasoning ? '' : thinkingOf(part?.thinking)
      const signature = asText(part?.signature)
      if (text === '' && !signature) return
      deltas.push({
        type: 'reasoning',
        ...(text === '' ? {} : { text }),
        ...(signature ? { signature } : {}),
      })
      return
    }
    default:
      return
  }
}

function thinkingOf(sent: unknown): string {
  if (typeof sent === 'string') return sent
  let text = ''
  for (const piece of asArray(sent)) text += asText(piece) ?? asText(asObject(piece)?.text) ?? ''
  return text
}
