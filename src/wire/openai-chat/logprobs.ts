// How sure a model was of its tokens, where a chunk or a body says it.

import type { Delta } from '../../core/delta.js'
import { asObject, type JsonObject } from '../json.js'

/** OpenAI's number for a token that is not among the likely ones. It measures nothing. */
const notMeasured = -9999

/**
 * Adds what a choice says of its tokens' probabilities: OpenAI's `logprobs.content`, or a plain list `token_logprobs`, as
 * Together and Fireworks send it. Entries that are no logarithm of a probability are passed over.
 */
export function pushLogprobs(choice: JsonObject, deltas: Delta[]): void {
  const logprobs = asObject(choice.logprobs)
  if (logprobs === undefined) return
  const { content, token_logprobs: plain } = logprobs
  let tokens = 0
  let logprobSum = 0
  const count = (value: unknown): void => {
    if (typeof value !== 'number' || !(value <= 0) || value <= notMeasured) return
    tokens += 1
    logprobSum += value
  }
  if (Array.isArray(content)) for (const entry of content) count(asObject(entry)?.logprob)
  else if (Array.isArray(plain)) for (const entry of plain) count(entry)
  if (tokens > 0) deltas.push({ type: 'confidence', tokens, logprobSum })
}
