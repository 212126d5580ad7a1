// Chunks of a chat completion, in the short words in which the acceptance table is written.

import { accumulate, ChunkAccumulator, type ChunkOptions } from '../../src/accumulate.js'
import { type ByokError, isByokError } from '../../src/core/errors.js'
import type { CompletionResponse } from '../../src/core/response.js'
import type { OutputEvent } from '../../src/core/stream-event.js'

/** A chunk as a provider sends it, parsed. */
export type Chunk = Readonly<Record<string, unknown>>

export const done = '[DONE]'

/** A chunk with one choice; `beside` stands beside `choices`. */
export function chunk(delta: unknown, finishReason: string | null = null, beside: object = {}): Chunk {
  const choices = [{ index: 0, delta, finish_reason: finishReason }]
  return { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: 'm', choices, ...beside }
}

/** t"…" */
export function text(content: string, finishReason: string | null = null): Chunk {
  return chunk({ content }, finishReason)
}

/** r"…" */
export function reasoning(content: string): Chunk {
  return chunk({ reasoning_content: content })
}

/** c(index, id, name); `null` leaves a field out. */
export function call(index: number | null, id: string | number | null, name: string | null): Chunk {
  return calls(entry(index, id, name))
}

/** a(index, piece) */
export function piece(index: number | null, json: string): Chunk {
  return calls(entry(index, null, null, json))
}

/** Several entries of `tool_calls` in one chunk. */
export function calls(...entries: readonly object[]): Chunk {
  return chunk({ tool_calls: entries })
}

/** One entry of `tool_calls`. */
export function entry(
  index: number | null,
  id: string | number | null,
  name: string | null,
  json?: string,
): object {
  const called = { ...(name === null ? {} : { name }), ...(json === undefined ? {} : { arguments: json }) }
  return {
    ...(index === null ? {} : { index }),
    ...(id === null ? {} : { id, type: 'function' }),
    function: called,
  }
}

/** f(word) */
export function finish(word: string): Chunk {
  return chunk({}, word)
}

/** ∅ u(prompt, completion) */
export function usage(prompt: number, completion: number): Chunk {
  const counts = {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
  }
  return chunk({}, null, { choices: [], usage: counts })
}

/** What these chunks fold to. */
export function fold(chunks: readonly unknown[], options: ChunkOptions = {}): Promise<CompletionResponse> {
  return accumulate(chunks, options)
}

/** The events and the response of these chunks. */
export function watch(
  chunks: readonly unknown[],
  options: ChunkOptions = {},
): { events: OutputEvent[]; response: CompletionResponse } {
  const accumulator = new ChunkAccumulator(options)
  const events = chunks.flatMap((sent) => accumulator.push(sent))
  events.push(...accumulator.finish())
  return { events, response: accumulator.response() }
}

/** The error that these chunks end in. */
export async function failureOf(chunks: readonly unknown[], options: ChunkOptions = {}): Promise<ByokError> {
  const outcome = await accumulate(chunks, options).catch((error: unknown) => error)
  if (!isByokError(outcome)) throw new Error('The chunks should have failed.')
  return outcome
}

/** Calls as `id name arguments`. */
export function callsOf(response: CompletionResponse): string[] | undefined {
  return response.choices[0].message.tool_calls?.map((made) =>
    made.type === 'function'
      ? `${made.id} ${made.function.name} ${made.function.arguments}`
      : `${made.id} ${made.custom.name} ${made.custom.input}`,
  )
}

/** The calls that a stream of events shows by its fragments, as `id name arguments`. */
export function shownCalls(events: readonly OutputEvent[]): string[] {
  const shown: { id: string; name: string; json: string }[] = []
  for (const event of events) {
    if (event.type !== 'tool-call-delta') continue
    shown[event.index] ??= { id: '', name: '', json: '' }
    const held = shown[event.index]!
    if (event.id !== undefined && held.id !== '') throw new Error('A call was announced twice.')
    held.id += event.id ?? ''
    held.name += event.name ?? ''
    held.json += event.arguments ?? ''
  }
  return shown.map(({ id, name, json }) => `${id} ${name} ${json}`)
}
