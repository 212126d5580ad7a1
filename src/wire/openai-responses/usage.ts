// Reads the usage of a response into buckets that do not overlap.

import type { UsageDelta } from '../../core/delta.js'
import { isTokenCount, type Usage } from '../../core/usage.js'
import { asObject, type JsonObject } from '../json.js'

/** xAI counts money in ticks: ten thousand million to the dollar. */
const ticksPerUsd = 10_000_000_000

/** The usage as a delta, or `undefined` where nothing of it can be believed. */
export function usageDeltaOf(value: unknown): UsageDelta | undefined {
  const raw = asObject(value)
  if (raw === undefined) return undefined
  const prompt = count(raw.input_tokens) ?? count(raw.prompt_tokens)
  const completion = count(raw.output_tokens) ?? count(raw.completion_tokens)
  const usage: Usage = {
    ...(prompt === undefined ? {} : promptBuckets(prompt, raw)),
    ...(completion === undefined ? {} : completionBuckets(prompt, completion, raw)),
  }
  const reportedUsd = costOf(raw)
  if (Object.keys(usage).length === 0 && reportedUsd === undefined) return undefined
  return { type: 'usage', usage, ...(reportedUsd === undefined ? {} : { reportedUsd }) }
}

/** Cached, cache-writing and audio tokens are counted inside the prompt. */
function promptBuckets(prompt: number, raw: JsonObject): Usage {
  const details = asObject(raw.input_tokens_details) ?? asObject(raw.prompt_tokens_details) ?? {}
  const cached = count(details.cached_tokens) ?? count(raw.cached_tokens)
  const written = count(details.cache_write_tokens)
  const audio = count(details.audio_tokens)
  const cacheRead = Math.min(cached ?? 0, prompt)
  const cacheWrite = Math.min(written ?? 0, prompt - cacheRead)
  const audioInput = Math.min(audio ?? 0, prompt - cacheRead - cacheWrite)
  return {
    input: prompt - cacheRead - cacheWrite - audioInput,
    ...(cached === undefined ? {} : { cacheRead }),
    ...(written === undefined ? {} : { cacheWrite }),
    ...(audio === undefined ? {} : { audioInput }),
  }
}

/** Reasoning is counted inside the completion, save where the total shows that it stands beside it. */
function completionBuckets(prompt: number | undefined, completion: number, raw: JsonObject): Usage {
  const details = asObject(raw.output_tokens_details) ?? asObject(raw.completion_tokens_details) ?? {}
  const thought = count(details.reasoning_tokens)
  const spoken = count(details.audio_tokens)
  const total = count(raw.total_tokens)
  const isBeside = thought !== undefined && total === (prompt ?? 0) + completion + thought
  const generated = isBeside ? completion + thought : completion
  const audioOutput = Math.min(spoken ?? 0, generated)
  return {
    output: generated - audioOutput,
    ...(thought === undefined ? {} : { reasoning: Math.min(thought, generated - audioOutput) }),
    ...(spoken === undefined ? {} : { audioOutput }),
  }
}

/** OpenRouter's `cost` and xAI's `cost_in_usd_ticks`. */
function costOf(raw: JsonObject): number | undefined {
  const { cost, cost_in_usd_ticks: ticks } = raw
  if (typeof cost === 'number' && Number.isFinite(cost) && cost >= 0) return cost
  return isTokenCount(ticks) ? ticks / ticksPerUsd : undefined
}

function count(value: unknown): number | undefined {
  return isTokenCount(value) ? value : undefined
}
