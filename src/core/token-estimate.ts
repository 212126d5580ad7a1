// A guess at how many tokens a text has, without a tokenizer: those are a way to make a server burn seconds of CPU.

import type { Content, Message, Tool, ToolCall } from './message.js'
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

/** Says how many tokens a text has. */
export type TokenCounter = (text: string) => number

const tokensPerMessage = 10

/** The parts of a request that a model reads. */
export type PromptParts = Pick<ChatRequest, 'messages'> & { readonly tools?: readonly Tool[] | undefined }

/** A guess at the tokens of a request's prompt: its texts, its tools, and about 10 tokens a message around them. */
export function estimatePromptTokens(request: PromptParts, count: TokenCounter = estimateTokens): number {
  return request.messages.reduce(
    (tokens, message) => tokens + estimateMessageTokens(message, count),
    estimateToolTokens(request, count),
  )
}

/** The part of the guess that is the request's tools. */
export function estimateToolTokens(
  { tools }: Pick<PromptParts, 'tools'>,
  count: TokenCounter = estimateTokens,
): number {
  return (tools ?? []).reduce((tokens, tool) => tokens + count(JSON.stringify(sentOf(tool))), 0)
}

/** The part of the guess that is one message. Reasoning of earlier answers is not in it: hardly anybody reads it again. */
export function estimateMessageTokens(message: Message, count: TokenCounter = estimateTokens): number {
  let tokens = tokensPerMessage + contentTokens(message.content, count)
  if (message.role === 'assistant')
    for (const call of message.tool_calls ?? []) tokens += count(JSON.stringify(sentOf(call)))
  return tokens
}

/** The part that is sent. What apps hang on beside it (a function to run, say) may not even be JSON. */
function sentOf(value: Tool | ToolCall): unknown {
  return value.type === 'custom' ? value.custom : value.function
}

function contentTokens(content: Content | null | undefined, count: TokenCounter): number {
  if (content === null || content === undefined) return 0
  if (typeof content === 'string') return count(content)
  let tokens = 0
  for (const part of content) {
    if (part.type === 'text') tokens += count(part.text)
    else if (part.type === 'refusal') tokens += count(part.refusal)
    else tokens += tokensPerAttachment
  }
  return tokens
}

/** The guess may be twice too high: no vocabulary has so long words that ordinary text takes 8 characters a token. */
const leastShare = 2

/** A character that stands in lines and gaps: many of one kind may be a single token. */
const filler = /([^\p{L}\p{N}])\1{3,}/gu

/**
 * The fewest tokens that a prompt can have: half the guess for its texts, its lines and gaps pressed together, and
 * nothing for what providers may count less of or rewrite (tools, pictures, the frame of a message). What is longer than
 * a window by this count is longer by every vendor's.
 */
export function leastPromptTokens({ messages }: ChatRequest): number {
  const texts = messages.flatMap(({ content }) => textsOf(content))
  return texts.reduce((tokens, text) => tokens + leastTokens(text.replace(filler, '$1')), 0)
}

function textsOf(content: Content | null | undefined): string[] {
  if (content === null || content === undefined) return []
  if (typeof content === 'string') return [content]
  return content.flatMap((part) => (part.type === 'text' ? [part.text] : []))
}

function leastTokens(text: string): number {
  return Math.floor(estimateTokens(text) / leastShare)
}
