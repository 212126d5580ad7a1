// The one vocabulary into which every provider's answer is translated.

import type { FinishReason } from './finish-reason.js'
import type { Usage } from './usage.js'
import type { Warning } from './warning.js'

/** The answer has begun; what the provider calls it. The last of each counts. */
export interface StartDelta {
  readonly type: 'start'
  readonly id?: string
  readonly model?: string
  /** The upstream that a gateway says it used. */
  readonly servedBy?: string
}

/** A piece of the answer's text. */
export interface TextDelta {
  readonly type: 'text'
  readonly text: string
}

/**
 * A piece of the model's reasoning. `text` is readable; `signature` (proves the text) and `redacted` (encrypted
 * reasoning) are opaque and go back only to the provider that sent them.
 */
export interface ReasoningDelta {
  readonly type: 'reasoning'
  readonly text?: string
  readonly signature?: string
  readonly redacted?: string
  /** The provider's id of the block, where it must be sent back. */
  readonly id?: string
  /** The provider's name for the form of the opaque parts, where it must be sent back. */
  readonly format?: string
  /** Which block the piece belongs to. Another number than before opens a new block; absent continues the last. */
  readonly block?: number
}

/** A piece of the model's refusal to answer. */
export interface RefusalDelta {
  readonly type: 'refusal'
  readonly text: string
}

/** A fragment of a tool call. Which call it belongs to is decided by the accumulator, from whatever the provider sent. */
export interface ToolCallDelta {
  readonly type: 'tool-call-delta'
  /** The provider's index; absent where it sent none. */
  readonly index?: number
  readonly id?: string
  readonly name?: string
  readonly arguments?: string
  /** `custom` where the model calls a tool with free text instead of JSON. */
  readonly kind?: 'function' | 'custom'
  /** Opaque state on the call (Gemini's thought signature), for the provider that sent it. */
  readonly signature?: string
}

/** What the call has used so far. Cumulative: the last one counts, never a sum. */
export interface UsageDelta {
  readonly type: 'usage'
  readonly usage: Usage
  /** What the provider itself says the call cost, in US dollars. */
  readonly reportedUsd?: number
}

/**
 * How sure the model was of a piece of its answer: the sum of the natural logarithms of its tokens' probabilities, and how
 * many tokens they were. A provider says it only where it was asked to.
 */
export interface ConfidenceDelta {
  readonly type: 'confidence'
  readonly tokens: number
  /** Never above 0. */
  readonly logprobSum: number
}

/** The answer has ended. `raw` is the provider's own word, absent where the stream ended by its end mark alone. */
export interface FinishDelta {
  readonly type: 'finish'
  readonly reason: FinishReason
  readonly raw?: string
}

/** Something odd that the answer survives. */
export interface WarningDelta {
  readonly type: 'warning'
  readonly warning: Warning
}

/** Something about the request that was mended before it was sent, as a sentence. */
export interface RepairDelta {
  readonly type: 'repair'
  readonly repair: string
}

/** A real chunk that holds nothing for us. It shows that the provider is alive; pings and comments do not. */
export interface ProgressDelta {
  readonly type: 'progress'
}

/** What an adapter yields. */
export type Delta =
  | StartDelta
  | TextDelta
  | ReasoningDelta
  | RefusalDelta
  | ToolCallDelta
  | UsageDelta
  | ConfidenceDelta
  | FinishDelta
  | WarningDelta
  | RepairDelta
  | ProgressDelta

/** True for what a caller would see: text, reasoning, refusal, a tool-call fragment. The commit rule stands on this. */
export function isOutput(delta: Delta): boolean {
  switch (delta.type) {
    case 'text':
    case 'refusal':
      return delta.text !== ''
    case 'reasoning':
      return Boolean(delta.text || delta.redacted)
    case 'tool-call-delta':
      return true
    case 'start':
    case 'usage':
    case 'confidence':
    case 'finish':
    case 'warning':
    case 'repair':
    case 'progress':
      return false
    default:
      return delta satisfies never
  }
}
