// A request after the door: checked, in one spelling, with nothing in it that the caller did not set.

import type { Message, ReasoningSetting, ResponseFormat, Tool, ToolChoice } from './message.js'

/** Extra fields for the request body of one provider, as that provider spells them; keyed by provider id. */
export type ProviderOptions = Readonly<Record<string, Readonly<Record<string, unknown>>>>

/** What is asked of a model, whoever it is. Dialects translate this. */
export interface ChatRequest {
  readonly messages: readonly Message[]
  readonly tools?: readonly Tool[]
  readonly toolChoice?: ToolChoice
  readonly parallelToolCalls?: boolean
  readonly responseFormat?: ResponseFormat
  /** The most tokens the answer may have, reasoning included. */
  readonly maxTokens?: number
  readonly temperature?: number
  readonly topP?: number
  readonly stop?: readonly string[]
  readonly seed?: number
  readonly reasoning?: ReasoningSetting
  /** The app's own name for its end user; sent to providers that take one. */
  readonly user?: string
  readonly providerOptions?: ProviderOptions
  /** Extra headers for the provider. */
  readonly headers?: Readonly<Record<string, string>>
  /** An option that the model cannot honour is an error instead of a warning. */
  readonly strict?: boolean
}
