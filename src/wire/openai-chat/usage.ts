// Token counts of a chat completion as buckets that do not overlap.

import type { UsageDelta } from '../../core/delta.js'
import { isTokenCount, type Usage } from '../../core/usage.js'
import { asObject, type JsonObject } from '../json.js'
import { type Counts, reportedCost } from '../usage.js'

/** The usage that stands in a chunk or body; `undefined` where none of it can be believed. `body` may name a cost besides. */
export function readUsage(sent: unknown, body: JsonObject): UsageDelta | undefined {
  const usage = asObject(sent)
  if (usage === undefined) return undefined
  const counts: Counts = {}
  addInput(counts, usage)
  addOutput(counts, usage)
  const reportedUsd = reportedCost(usage, body)
  if (reportedUsd !== undefined) return { type: 'usage', usage: counts, reportedUsd }
  return counts.input === undefined && counts.output === undefined
    ? undefined
    : { type: 'usage', usage: counts }
}

/**
 * Everything that a prompt's details count is part of `prompt_tokens`. Where the details add up to more (xAI on Azure
 * counts more cached tokens than prompt, Mistral's audio stands beside the prompt), `prompt_tokens` is what holds.
 */
function addInput(counts: Counts, usage: JsonObject): void {
  const prompt = usage.prompt_tokens
  if (!isTokenCount(prompt)) return
  const details = asObject(usage.prompt_tokens_details) ?? {}
  const written = asObject(usage.cache_creation)
  let rest = prompt
  const take = (bucket: keyof Usage, count: number | undefined): void => {
    if (count === undefined) return
    counts[bucket] = Math.min(count, rest)
    rest -= Math.min(count, rest)
  }
  take(
    'cacheRead',
    countOf(
      details.cached_tokens,
      usage.cached_tokens,
      usage.prompt_cache_hit_tokens,
      usage.cache_read_input_tokens,
    ),
  )
  const writtenFor1h = countOf(written?.ephemeral_1h_input_tokens)
  const allWritten = countOf(details.cache_write_tokens, usage.cache_creation_input_tokens)
  take('cacheWrite1h', writtenFor1h)
  take('cacheWrite', allWritten === undefined ? undefined : Math.max(0, allWritten - (writtenFor1h ?? 0)))
  takeIfInside(counts, 'audioInput', countOf(details.audio_tokens), rest)
  rest -= counts.audioInput ?? 0
  takeIfInside(counts, 'imageInput', countOf(details.image_tokens), rest)
  counts.input = rest - (counts.imageInput ?? 0)
}

/**
 * Reasoning is part of the completion, except at xAI, which counts it beside: the total tells. Others report more
 * reasoning than completion now and then; it is cut down to the completion.
 */
function addOutput(counts: Counts, usage: JsonObject): void {
  const completion = usage.completion_tokens
  if (!isTokenCount(completion)) return
  const details = asObject(usage.completion_tokens_details) ?? {}
  const reasoning = countOf(details.reasoning_tokens, usage.reasoning_tokens)
  const { prompt_tokens: prompt, total_tokens: total } = usage
  const isBeside =
    reasoning !== undefined && isTokenCount(prompt) && total === prompt + completion + reasoning
  let rest = isBeside ? completion + reasoning : completion
  if (reasoning !== undefined) counts.reasoning = Math.min(reasoning, rest)
  takeIfInside(counts, 'audioOutput', countOf(details.audio_tokens), rest - (counts.reasoning ?? 0))
  rest -= counts.audioOutput ?? 0
  takeIfInside(counts, 'imageOutput', countOf(details.image_tokens), rest - (counts.reasoning ?? 0))
  counts.output = rest - (counts.imageOutput ?? 0)
}

/** A kind of token that costs another price is set apart only where it can be inside what is left. */
function takeIfInside(counts: Counts, bucket: keyof Usage, count: number | undefined, rest: number): void {
  if (count !== undefined && count > 0 && count <= rest) counts[bucket] = count
}

/** The same count under several names: the first that is not 0, else 0 where one said so. */
function countOf(...names: readonly unknown[]): number | undefined {
  let found: number | undefined
  for (const count of names) {
    if (!isTokenCount(count)) continue
    if (count > 0) return count
    found = 0
  }
  return found
}
