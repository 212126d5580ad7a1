// Reads the usage of a response into buckets that do not overlap.

import type { UsageDelta } from '../../core/delta.js'
import type { Usage } from '../../core/usage.js'
import { asObject, type JsonObject } from '../json.js'
import { asCount, reportedCost } from '../usage.js'

/** The usage as a delta, or `undefined` where nothing of it can be believed. */
export function usageDeltaOf(value: unknown): UsageDelta | undefined {
  const raw = asObject(value)
  if (raw === undefined) return undefined
  const prompt = asCount(raw.input_tokens) ?? asCount(raw.prompt_tokens)
  const completion = asCount(raw.output_tokens) ?? asCount(raw.completion_tokens)
  const usage: Usage = {
    ...(prompt === undefined ? {} : promptBuckets(prompt, raw)),
    ...(completion === undefined ? {} : completionBuckets(prompt, completion, raw)),
  }
  const reportedUsd = reportedCost(raw)
  if (Object.keys(usage).length === 0 && reportedUsd === undefined) return undefined
  return { type: 'usage', usage, ...(reportedUsd === undefined ? {} : { reportedUsd }) }
}

/** Cached, cache-writing and audio tokens are counted inside the prompt. */
function promptBuckets(prompt: number, raw: JsonObject): Usage {
  const details = asObject(raw.input_tokens_details) ?? asObject(raw.prompt_tokens_details) ?? {}
  const cached = asCount(details.cached_tokens) ?? asCount(raw.cached_tokens)
  const written = asCount(details.cache_write_tokens)
  const audio = asCount(details.audio_tokens)
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
  const thought = asCount(details.reasoning_tokens)
  const spoken = asCount(details.audio_tokens)
  const total = asCount(raw.total_tokens)
  const isBeside = thought !== undefined && total === (prompt ?? 0) + completion + thought
  const generated = isBeside ? completion + thought : completion
  const audioOutput = Math.min(spoken ?? 0, generated)
  return {
    output: generated - audioOutput,
    ...(thought === undefined ? {} : { reasoning: Math.min(thought, generated - audioOutput) }),
    ...(spoken === undefined ? {} : { audioOutput }),
  }
}
