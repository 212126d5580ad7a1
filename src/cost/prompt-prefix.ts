// The beginning of a prompt that a provider's cache may hold from an earlier call.

import type { Message } from '../core/message.js'
import type { ChatRequest } from '../core/request.js'

/** So much of the prefix tells one from another. Longer ones that differ only behind it count as one. */
const namedCharacters = 16_384
/** So much of a first message does, where there is nothing before it: the rest may be another each time. */
const namedOfFirstMessage = 1_024

/** Whether nobody has answered in this conversation yet. */
export function isFirstTurn({ messages }: ChatRequest): boolean {
  return messages.every(({ role }) => role !== 'assistant')
}

/**
 * The part of a prompt that may have been sent before. In a first turn: the tools and the system texts at the beginning,
 * which conversations share; the first message where there are neither. In later turns: what the turn before has sent,
 * which is everything up to the last answer.
 */
export function prefixOf(chat: ChatRequest): ChatRequest {
  const { messages, tools } = chat
  const end = isFirstTurn(chat)
    ? sharedMessages(chat)
    : messages.findLastIndex(({ role }) => role === 'assistant')
  return { messages: messages.slice(0, end), ...(tools === undefined ? {} : { tools }) }
}

/** A short name for what conversations share at their beginning, the same in all their turns. No text can be read from it. */
export function prefixName(chat: ChatRequest): string {
  const { tools = [], messages } = chat
  const shared = messages.slice(0, sharedMessages(chat))
  const hasOwnBeginning = tools.length === 0 && !shared.every(isSystemText)
  const longest = hasOwnBeginning ? namedOfFirstMessage : namedCharacters
  let text = ''
  const add = (piece: () => string): void => {
    if (text.length < longest) text += piece().slice(0, longest) // cut first: joining what is cut later costs time
  }
  for (const tool of tools) add(() => JSON.stringify(tool.type === 'custom' ? tool.custom : tool.function))
  for (const message of shared) add(() => `\n${message.role}\n${textOf(message).slice(0, longest)}`)
  return hashOf(text.slice(0, longest))
}

function textOf({ content }: Message): string {
  if (content === null || content === undefined || typeof content === 'string') return content ?? ''
  return content.map((part) => (part.type === 'text' ? part.text : part.type)).join('\n')
}

function sharedMessages({ messages, tools = [] }: ChatRequest): number {
  const first = messages.findIndex((message) => !isSystemText(message))
  if (first === -1) return messages.length
  return first === 0 && tools.length === 0 ? 1 : first
}

function isSystemText({ role }: Message): boolean {
  return role === 'system' || role === 'developer'
}

/** FNV-1a, twice from two beginnings: enough to tell ten thousand texts apart, and nothing to read a text from. */
function hashOf(text: string): string {
  return [0x811c9dc5, 0x01000193].map((begin) => fnv1a(text, begin).toString(36)).join('.')
}

/** By UTF-16 unit. Source: Fowler, Noll and Vo, the 32-bit prime of their hash. */
function fnv1a(text: string, begin: number): number {
  let hash = begin
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 16_777_619)
  return hash >>> 0
}
