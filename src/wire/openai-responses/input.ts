// Says a conversation as input items: messages, reasoning, tool calls and their results, in order.

import { ByokError } from '../../core/errors.js'
import type {
  AssistantMessage,
  Content,
  ContentPart,
  Message,
  ReasoningBlock,
  ToolCall,
  ToolMessage,
} from '../../core/message.js'
import type { Warning } from '../../core/warning.js'
import { dataUriOf, readImage } from '../image.js'
import type { ResponsesQuirks } from './quirks.js'

type Item = Record<string, unknown>

/** The items of a conversation, and what was lost on the way. */
export interface EncodedInput {
  readonly input: Item[]
  readonly warnings: Warning[]
}

/** Says the messages as input items. */
export function encodeInput(messages: readonly Message[], quirks: ResponsesQuirks): EncodedInput {
  const input: Item[] = []
  /** The kind of the newest call under each id: a result has another type for each. */
  const calls = new Map<string, ToolCall['type']>()
  let hasNames = false
  for (const [index, message] of messages.entries()) {
    const field = `messages[${index}].content`
    if (message.role !== 'tool' && message.name !== undefined) hasNames = true
    switch (message.role) {
      case 'system':
      case 'developer': {
        const role = quirks.developerRole ? message.role : 'system'
        input.push({ role, content: contentOf(message.content, field) })
        break
      }
      case 'user':
        input.push({ role: 'user', content: contentOf(message.content, field) })
        break
      case 'assistant':
        pushAssistant(message, quirks, input)
        for (const call of message.tool_calls ?? []) calls.set(call.id, call.type)
        break
      case 'tool':
        input.push(resultItem(message, calls.get(message.tool_call_id), field))
        break
      default:
        message satisfies never
    }
  }
  const warnings: Warning[] = []
  if (hasNames) {
    const note = 'The names of messages were left out: the Responses API has no field for them.'
    warnings.push({ code: 'history-adapted', message: note, option: 'messages' })
  }
  return { input, warnings }
}

/** An answer as the items that it once was. Reasoning goes first, and only where what it led to follows. */
function pushAssistant(message: AssistantMessage, quirks: ResponsesQuirks, input: Item[]): void {
  const content = spokenContent(message)
  const calls = message.tool_calls ?? []
  if (content === undefined && calls.length === 0) return
  for (const block of message.byok?.reasoning ?? []) {
    const item = reasoningItem(block, quirks)
    if (item !== undefined) input.push(item)
  }
  if (content !== undefined) input.push({ role: 'assistant', content })
  for (const call of calls) input.push(callItem(call))
}

/** What the answer said: text as it is, or its parts. `undefined` where it said nothing. */
function spokenContent({ content, refusal }: AssistantMessage): string | Item[] | undefined {
  if (!refusal && (content === undefined || content === null || content === '')) return undefined
  if (!refusal && typeof content === 'string') return content
  const parts: Item[] = []
  if (typeof content === 'string') {
    if (content !== '') parts.push({ type: 'output_text', text: content })
  } else {
    for (const part of content ?? []) {
      if (part.type === 'text') parts.push({ type: 'output_text', text: part.text })
      else if (part.type === 'refusal') parts.push({ type: 'refusal', refusal: part.refusal })
    }
  }
  if (refusal) parts.push({ type: 'refusal', refusal })
  return parts.length === 0 ? undefined : parts
}

/**
 * A reasoning item as its provider wants it back. One without encrypted content, signature or open text is left out:
 * nothing was stored under its id, and looking it up would fail the request.
 */
function reasoningItem(block: ReasoningBlock, quirks: ResponsesQuirks): Item | undefined {
  const [place, vendorFormat] = formatOf(block)
  const isOpen = place === 'reasoning_text' && Boolean(block.text)
  if (!block.redacted && !block.signature && !isOpen) return undefined
  const isSummary = place !== 'reasoning_text' && Boolean(block.text)
  const sendsId = block.id !== undefined && (quirks.reasoningIds || !block.redacted)
  return {
    type: 'reasoning',
    ...(sendsId ? { id: block.id } : {}),
    summary: isSummary ? [{ type: 'summary_text', text: block.text }] : [],
    ...(isOpen ? { content: [{ type: 'reasoning_text', text: block.text }] } : {}),
    ...(block.redacted ? { encrypted_content: block.redacted } : {}),
    ...(block.signature ? { signature: block.signature } : {}),
    ...(vendorFormat === undefined ? {} : { format: vendorFormat }),
  }
}

/** The decoder writes where the text stood, then the vendor's own word for the form of its opaque parts. */
function formatOf(block: ReasoningBlock): [place: string, vendorFormat: string | undefined] {
  const format = block.format ?? ''
  const colon = format.indexOf(':')
  return colon === -1 ? [format, undefined] : [format.slice(0, colon), format.slice(colon + 1)]
}

function callItem(call: ToolCall): Item {
  return call.type === 'custom'
    ? { type: 'custom_tool_call', call_id: call.id, name: call.custom.name, input: call.custom.input }
    : {
        type: 'function_call',
        call_id: call.id,
        name: call.function.name,
        arguments: call.function.arguments,
      }
}

function resultItem(message: ToolMessage, kind: ToolCall['type'] | undefined, field: string): Item {
  return {
    type: kind === 'custom' ? 'custom_tool_call_output' : 'function_call_output',
    call_id: message.tool_call_id,
    output: contentOf(message.content, field),
  }
}

function contentOf(content: Content, field: string): string | Item[] {
  return typeof content === 'string' ? content : content.map((part) => inputPart(part, field))
}

function inputPart(part: ContentPart, field: string): Item {
  switch (part.type) {
    case 'text':
      return { type: 'input_text', text: part.text }
    case 'refusal':
      return { type: 'input_text', text: part.refusal }
    case 'image_url': {
      const detail = part.image_url.detail
      const image = { type: 'input_image', image_url: dataUriOf(readImage(part, field)) }
      return detail === undefined ? image : { ...image, detail }
    }
    case 'input_audio':
      return { type: 'input_audio', input_audio: part.input_audio }
    case 'file': {
      const { file_data, file_id, filename } = part.file
      return {
        type: 'input_file',
        ...(file_data === undefined ? {} : { file_data }),
        ...(file_id === undefined ? {} : { file_id }),
        ...(filename === undefined ? {} : { filename }),
      }
    }
    default:
      part satisfies never
      throw new ByokError('invalid-request', 'A part of a message is of no known type.', { field })
  }
}
