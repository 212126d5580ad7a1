// A guess at how many tokens a text has, without a tokenizer: those are a way to make a server burn seconds of CPU.

import type { Content, Tool, ToolCall } from './message.js'
import type { ChatRequest } from './request.js'

const charactersPerToken = 4

/** About what a picture of ordinary size costs at most vendors. */
const tokensPerAttachment = 1_000

/**
 * About 4 characters a token for alphabetic scripts and about 1 for Chinese, Japanese and Korean. For reports and
 * ranking only: it may be too low, so nothing that guards money stands on it.
 */
export function estimateTokens(text: string): number {
  // Engines know of a string without wide characters that it has none, so that most texts are not looked through at all.
  if (!beyondLatin.test(text)) return Math.ceil(text.length / charactersPerToken)
  let dense = 0
  for (let at = 0; at < text.length; at += 1) {
    if (isDense(text.charCodeAt(at))) dense += 1
  }
  return dense + Math.ceil((text.length - dense) / charactersPerToken)
}

const beyondLatin = /[\u2e80-\uffff]/

/** Kana, CJK ideographs, Hangul and full-width forms. */
function isDense(unit: number): boolean {
  return (
    unit >= 0x2e80 &&
    (unit <= 0x9fff ||
      (unit >= 0xac00 && unit <= 0xd7af) ||
      (unit >= 0xf900 && unit <= 0xfaff) ||
      (unit >= 0xff00 && unit <= 0xffef))
  )
}

const tokensPerMessage = 10

/** The parts of a request that a model reads. */
export type PromptParts = Pick<ChatRequest, 'messages'> & { readonly tools?: readonly Tool[] | undefined }

/** A guess at the tokens of a request's prompt: its texts, its tools, and about 10 tokens a message around them. */
export function estimatePromptTokens(request: PromptParts): number {
  let tokens = 0
  for (const tool of request.tools ?? []) tokens += estimateTokens(JSON.stringify(sentOf(tool)))
  for (const message of request.messages) {
    tokens += tokensPerMessage + estimateContent(message.content)
    if (message.role === 'assistant' && message.tool_calls)
      for (const call of message.tool_calls) tokens += estimateTokens(JSON.stringify(sentOf(call)))
  }
  return tokens
}

/** The part that is sent. What apps hang on beside it (a function to run, say) may not even be JSON. */
function sentOf(value: Tool | ToolCall): unknown {
  return value.type === 'custom' ? value.custom : value.function
}

function estimateContent(content: Content | null | undefined): number {
  if (content === null || content === undefined) return 0
  if (typeof content === 'string') return estimateTokens(content)
  let tokens = 0
  for (const part of content) {
    if (part.type === 'text') tokens += estimateTokens(part.text)
    else if (part.type === 'refusal') tokens += estimateTokens(part.refusal)
    else tokens += tokensPerAttachment
  }
  return tokens
}
