// The fold for those who import it from the main entry: loaded when it is first used.

import type { ChunkOptions } from './accumulate.js'
import type { CompletionResponse } from './core/response.js'

/**
 * Folds a whole stream (of an SDK, of this library's deltas, of parsed JSON lines) into one response. Throws the error
 * that the stream holds, or `stream-interrupted` where it had not ended, with what had come in `partial`.
 *
 * To push chunks one by one, import `ChunkAccumulator` from `byok-handler/accumulate`.
 *
 * @example
 * const stream = await openai.chat.completions.create({ model, messages, stream: true })
 * const response = await accumulate(stream)
 */
export async function accumulate(
  chunks: AsyncIterable<unknown> | Iterable<unknown>,
  options: ChunkOptions = {},
): Promise<CompletionResponse> {
  const fold = await import('./accumulate.js')
  return fold.accumulate(chunks, options)
}
