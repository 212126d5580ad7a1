// Chunks as a server would write them, and what a decoder makes of them.

import type { Delta } from '../../../src/core/delta.js'
import { ChatDecoder } from '../../../src/wire/openai-chat/stream.js'

/** A chunk with one choice. `beside` stands beside `choices`, `inChoice` beside `delta`. */
export function chunk(delta: unknown, inChoice: object = {}, beside: object = {}): string {
  return JSON.stringify({
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'm-1',
    choices: [{ index: 0, delta, finish_reason: null, ...inChoice }],
    ...beside,
  })
}

/** The chunk that only says how the answer ended. */
export function finish(word: string, beside: object = {}): string {
  return chunk({}, { finish_reason: word }, beside)
}

/** What a decoder made of these events, one array an event, with the error that ended it. */
export interface Decoded {
  readonly deltas: Delta[]
  readonly error: unknown
  readonly decoder: ChatDecoder
}

/** Decodes events, given as data or as `[name, data]`, and the end of the body behind them. */
export function decode(events: readonly (string | readonly [string, string])[], fastPath = true): Decoded {
  const decoder = new ChatDecoder({ fastPath })
  const deltas: Delta[] = []
  try {
    for (const event of events) {
      if (typeof event === 'string') decoder.event(event, '', deltas)
      else decoder.event(event[1], event[0], deltas)
    }
    decoder.end()
    return { deltas, error: undefined, decoder }
  } catch (error) {
    return { deltas, error, decoder }
  }
}

/** The deltas of an answer that must not fail, without those that only say that it is alive and who answers. */
export function contentOf(...events: string[]): Delta[] {
  const { deltas, error } = decode([...events, '[DONE]'])
  if (error !== undefined) throw error
  return deltas.filter(({ type }) => type !== 'start' && type !== 'progress')
}

/** The text of these deltas, joined. */
export function textOf(deltas: readonly Delta[]): string {
  return deltas.map((delta) => (delta.type === 'text' ? delta.text : '')).join('')
}
