// How Messages requests differ from vendor to vendor and from model to model, as plain data.

import type { IdRule } from '../call-ids.js'

/**
 * How a model is asked to think.
 *
 * | mode | a level | a number of tokens | `none` |
 * |---|---|---|---|
 * | `none` | nothing, with a warning | nothing, with a warning | nothing |
 * | `budget` | `thinking: { type: 'enabled', budget_tokens }` by a table | the number itself | as `thinkingOff` says |
 * | `adaptive` | `thinking: { type: 'adaptive' }`, `output_config.effort` | the nearest level, with a warning | the same |
 * | `both` | as `adaptive` | as `budget` | the same |
 */
export type ThinkingMode = 'none' | 'budget' | 'adaptive' | 'both'

/** What one model's requests may hold. */
export interface MessagesModelTraits {
  readonly thinking: ThinkingMode
  /** The `type` that keeps the model from thinking first; `null` where it always thinks. */
  readonly thinkingOff: 'disabled' | 'between_tools' | null
  /** The model leaves the text of its thinking out unless asked for a summary. */
  readonly thinkingHidden: boolean
  /** Takes `temperature` and `top_p` together, one of the two, or neither. */
  readonly sampling: 'both' | 'one' | 'none'
  /** The highest `temperature` that is taken; `null` where none is documented. */
  readonly temperatureLimit: number | null
  /** Takes a `tool_choice` that demands a call. */
  readonly forcedTools: boolean
  /** Takes `output_config.format` with a JSON Schema, and `strict` on tools. */
  readonly structuredOutput: boolean
}

/** What a vendor's requests need. Every field is a plain value, so a row can be printed, stored and compared. */
export interface MessagesQuirks {
  /** Which ids of tool calls are accepted. An id that does not fit is replaced, in the call and in its result. */
  readonly toolCallIds: IdRule
  /** By family, with which a model's name begins. */
  readonly models: Readonly<Record<string, MessagesModelTraits>>
  /** For a model of no known family. */
  readonly otherModels: MessagesModelTraits
}

/** A model that does not think, of before thinking. */
const plain: MessagesModelTraits = {
  thinking: 'none',
  thinkingOff: 'disabled',
  thinkingHidden: false,
  sampling: 'both',
  temperatureLimit: 1,
  forcedTools: true,
  structuredOutput: false,
}
const budgeted: MessagesModelTraits = { ...plain, thinking: 'budget' }
const choosy: MessagesModelTraits = { ...budgeted, sampling: 'one' }
const structured: MessagesModelTraits = { ...choosy, structuredOutput: true }
const transitional: MessagesModelTraits = { ...structured, thinking: 'both' }
const adaptive: MessagesModelTraits = {
  ...structured,
  thinking: 'adaptive',
  thinkingHidden: true,
  sampling: 'none',
}
const alwaysThinking: MessagesModelTraits = { ...adaptive, thinkingOff: null }
const unforced: MessagesModelTraits = { ...alwaysThinking, forcedTools: false }

/**
 * Claude's models, wherever they are served, and under `otherModels` those of vendors who took the dialect over, with
 * what it had then. A Claude that is newer than this table is taken to be like the newest that still accept every
 * setting but sampling. Source: Anthropic, "Thinking", "Troubleshooting thinking", "Effort", "Structured outputs", the
 * migration guides of the single models, and the API reference on `tool_use.id` (platform.claude.com/docs, November
 * 2026).
 */
export const defaultMessagesQuirks: MessagesQuirks = {
  toolCallIds: { pattern: '^[a-zA-Z0-9_-]+$' },
  models: {
    claude: adaptive,
    'claude-3-opus': plain,
    'claude-3-sonnet': plain,
    'claude-3-haiku': plain,
    'claude-3-5-sonnet': plain,
    'claude-3-5-haiku': plain,
    'claude-3-7-sonnet': budgeted,
    'claude-sonnet-4': budgeted,
    'claude-sonnet-4-0': budgeted,
    'claude-opus-4': budgeted,
    'claude-opus-4-0': budgeted,
    'claude-opus-4-1': choosy,
    'claude-sonnet-4-5': structured,
    'claude-opus-4-5': structured,
    'claude-haiku-4-5': structured,
    'claude-sonnet-4-6': transitional,
    'claude-opus-4-6': transitional,
    'claude-opus-4-7': adaptive,
    'claude-opus-4-8': adaptive,
    'claude-sonnet-5': adaptive,
    'claude-opus-5': adaptive,
    'claude-haiku-5-5': adaptive,
    'claude-fable-5': alwaysThinking,
    'claude-mythos-5': alwaysThinking,
    'claude-sonnet-5-5': { ...unforced, thinkingOff: 'between_tools' },
    'claude-opus-5-5': unforced,
    'claude-fable-5-1': unforced,
    'claude-fable-5-2': unforced,
    'claude-mythos-5-1': unforced,
    'claude-mythos-5-2': unforced,
  },
  otherModels: { ...budgeted, temperatureLimit: null },
}
