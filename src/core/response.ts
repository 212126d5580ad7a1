// The answer: OpenAI's ChatCompletion to the letter, and ours under the one key `byok`.

import type { Attempt, CredentialSource } from './attempt.js'
import type { Escalation } from './escalation.js'
import type { FinishReason } from './finish-reason.js'
import type { MessageOrigin, ReasoningBlock, ToolCall } from './message.js'
import type { Route } from './route.js'
import type { Usage } from './usage.js'
import type { Warning } from './warning.js'

/** The message of the one choice. */
export interface ResponseMessage {
  readonly role: 'assistant'
  /** `null` when no text came. */
  readonly content: string | null
  readonly refusal: string | null
  /** Absent when no call came. */
  tool_calls?: ToolCall[]
  /** The readable reasoning, joined. Absent where the model showed none. */
  readonly reasoning_content?: string
  /** There only where the provider sent opaque state that it wants to see again with this message. */
  readonly byok?: MessageOrigin
}

/** The one choice. */
export interface ResponseChoice {
  readonly index: number
  readonly message: ResponseMessage
  readonly finish_reason: FinishReason
  readonly logprobs: null
}

/** Tokens as OpenAI counts them: cache inside the prompt, reasoning inside the completion. */
export interface ResponseUsage {
  readonly prompt_tokens: number
  readonly completion_tokens: number
  readonly total_tokens: number
  readonly prompt_tokens_details?: { readonly cached_tokens?: number; readonly audio_tokens?: number }
  readonly completion_tokens_details?: { readonly reasoning_tokens?: number; readonly audio_tokens?: number }
}

/** What a request cost, over all its attempts. */
export interface Cost {
  /** US dollars; `null` when the price of any paid attempt is unknown. Never a made-up 0. */
  readonly usd: number | null
  /** The part that is known, where `usd` is `null`. */
  readonly knownUsd?: number
  /** What the provider itself said the call cost. */
  readonly reportedUsd?: number
  /** What it would have cost more with the app's reference model; `null` where a price is unknown. */
  readonly savedUsd: number | null
}

/** Milliseconds. */
export interface Timing {
  /** Milliseconds since 1970. */
  readonly startedAt: number
  readonly totalMs: number
  /** From the start of the request to its first output. Absent where nothing was output. */
  readonly firstDeltaMs?: number
}

/** Everything of ours about an answer. */
export interface ByokInfo {
  readonly provider: string
  readonly model: string
  /** What the caller asked for: a model, an alias, a list joined by commas, or `auto`. */
  readonly requestedModel: string
  /** The whole decision, as `plan()` would have given it. Not enumerable: it may be long, and stays out of JSON. */
  readonly route: Route
  readonly attempts: readonly Attempt[]
  /** The steps up to stronger models, where `routing.escalate` led to any. */
  readonly escalations?: readonly Escalation[]
  readonly cost: Cost
  readonly usage: Usage
  /** True where the provider reported no usable counts and these were worked out from the text. */
  readonly usageEstimated: boolean
  /** The provider's own word for the end of the answer; `null` where it gave none. */
  readonly finishReason: string | null
  readonly timing: Timing
  readonly warnings: readonly Warning[]
  /** What was mended on the way, in words. */
  readonly repairs: readonly string[]
  /** The reasoning in its blocks, with opaque signatures. */
  readonly reasoning: readonly ReasoningBlock[]
  readonly credentialSource: CredentialSource
  /**
   * The mean natural logarithm of the probabilities of the answer's tokens, at most 0; there only where the provider sent
   * them, which it must be asked for in `providerOptions` (`logprobs: true`). OpenAI Chat only.
   */
  readonly meanLogprob?: number
  /** The upstream that a gateway says it used. */
  readonly servedBy?: string
}

/** What both methods give back. Assignable to the OpenAI SDK's `ChatCompletion`. */
export interface CompletionResponse {
  readonly id: string
  readonly object: 'chat.completion'
  readonly created: number
  readonly model: string
  choices: [ResponseChoice]
  readonly usage: ResponseUsage
  readonly byok: ByokInfo
  /** `choices[0].message.content`, or `''` when no text came. Not enumerable. */
  readonly text: string
}

/** What had arrived when an answer broke off. Its tool calls are incomplete: never run them. */
export interface PartialAnswer {
  readonly text: string
  readonly reasoning: string
  readonly toolCalls: readonly (ToolCall & { readonly incomplete: true })[]
  readonly usage: Usage
  readonly usageEstimated: boolean
}
