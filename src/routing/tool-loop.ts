// Where a conversation is in the middle of calling tools: it is one turn, however many requests it takes.

import type { Message } from '../core/message.js'

/** Whether a model has called tools since the user last spoke: the next answer belongs to the same turn. */
export function isInToolLoop(messages: readonly Message[]): boolean {
  for (let at = messages.length - 1; at >= 0; at -= 1) {
    const message = messages[at]
    if (message === undefined || message.role === 'user') return false
    if (message.role === 'tool') return true
    if (message.role === 'assistant' && (message.tool_calls?.length ?? 0) > 0) return true
  }
  return false
}

/**
 * The messages as they were when the turn began: inside a tool loop, up to the first answer since the user last spoke;
 * else all of them. Who classifies these says the same in every request of the loop.
 */
export function beforeToolLoop(messages: readonly Message[]): readonly Message[] {
  if (!isInToolLoop(messages)) return messages
  const from = messages.findLastIndex(({ role }) => role === 'user') + 1
  const end = messages.findIndex(({ role }, at) => at >= from && (role === 'assistant' || role === 'tool'))
  return messages.slice(0, end)
}
