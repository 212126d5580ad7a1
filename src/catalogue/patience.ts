// How long models may think before their first word, for those that need longer than others.

import { ofFamily } from '../core/model-family.js'

const minute = 60_000

/**
 * By family. Their makers call these slow, or advise against waiting with an open connection: OpenAI on the pro and deep
 * research models ("may take several minutes") and on o1 and o3; Perplexity on deep research; DeepSeek, Alibaba and
 * Mistral on models that always reason first (model pages, November 2026). The rest of the table is by their size.
 */
const patience: Readonly<Record<string, number>> = {
  'o1-pro': 10 * minute,
  'o3-pro': 10 * minute,
  'gpt-5-pro': 10 * minute,
  'gpt-5.2-pro': 10 * minute,
  'gpt-5.4-pro': 10 * minute,
  'gpt-5.5-pro': 10 * minute,
  'o3-deep-research': 10 * minute,
  'o4-mini-deep-research': 10 * minute,
  'sonar-deep-research': 10 * minute,
  o1: 5 * minute,
  o3: 5 * minute,
  'deepseek-reasoner': 5 * minute,
  'qwq-plus': 5 * minute,
  'qwen3-max-thinking': 5 * minute,
  'kimi-k2-thinking': 5 * minute,
  'gpt-5': 4 * minute,
  'gpt-5.1': 4 * minute,
  'gpt-5.2': 4 * minute,
  'gpt-5.4': 4 * minute,
  'gpt-5.5': 4 * minute,
  'grok-4': 4 * minute,
  'gemini-2.5-pro': 4 * minute,
  'gemini-3-pro': 4 * minute,
  'magistral-medium': 4 * minute,
  'gemini-3.1-pro': 4 * minute,
  'deepseek-r1': 5 * minute,
  // Fast ones of these families need no more than others.
  'o1-mini': 0,
  'gpt-5-nano': 0,
  'gpt-5-mini': 0,
  'gpt-5-chat': 0,
  'gpt-5.1-chat': 0,
  'gpt-5.2-chat': 0,
  'gpt-5.4-nano': 0,
  'gpt-5.4-mini': 0,
  'gpt-5.5-chat': 0,
  'grok-4-fast': 0,
  'gemini-3-pro-image': 0,
  'o3-mini': 3 * minute,
  'o4-mini': 3 * minute,
  'sonar-reasoning': 3 * minute,
}

/** What a slow model may take to its first output, in milliseconds; `undefined` for one that needs no more than others. */
export function patienceWith(model: string): number | undefined {
  const name = model.slice(model.lastIndexOf('/') + 1).split(':', 1)[0] ?? model // gateways append `:free` and the like
  return ofFamily(patience, name) || undefined // 0: a fast one of a slow family
}
