// The most tokens that a model can generate, for the one provider whose requests must name a limit.

import { ofFamily } from '../core/model-family.js'

/**
 * By family. Source: Anthropic, "Models overview" and the pages of the single models (platform.claude.com/docs,
 * November 2026); for retired models, the same pages of their time. Without the larger limits that take a beta header.
 */
const limits: Readonly<Record<string, number>> = {
  'claude-fable-5-2': 128_000,
  'claude-fable-5-1': 128_000,
  'claude-fable-5': 128_000,
  'claude-mythos-5-2': 128_000,
  'claude-mythos-5-1': 128_000,
  'claude-mythos-5': 128_000,
  'claude-opus-5-5': 128_000,
  'claude-opus-5': 128_000,
  'claude-opus-4-8': 128_000,
  'claude-opus-4-7': 128_000,
  'claude-opus-4-6': 128_000,
  'claude-opus-4-5': 64_000,
  'claude-opus-4-1': 32_000,
  'claude-opus-4-0': 32_000,
  'claude-opus-4': 32_000,
  'claude-sonnet-5-5': 128_000,
  'claude-sonnet-5': 128_000,
  'claude-sonnet-4-6': 128_000,
  'claude-sonnet-4-5': 64_000,
  'claude-sonnet-4-0': 64_000,
  'claude-sonnet-4': 64_000,
  'claude-haiku-5-5': 128_000,
  'claude-haiku-4-5': 64_000,
  'claude-3-7-sonnet': 64_000,
  'claude-3-5-sonnet': 8_192,
  'claude-3-5-haiku': 8_192,
  'claude-3-opus': 4_096,
  'claude-3-sonnet': 4_096,
  'claude-3-haiku': 4_096,
}

/** The most tokens that a model can generate, reasoning included; `undefined` for a model that is not known here. */
export function outputLimitOf(model: string): number | undefined {
  return ofFamily(limits, model)
}
