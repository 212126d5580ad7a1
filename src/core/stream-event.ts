// What a caller sees of a stream: one flat union.

import type { AttemptMode } from './attempt.js'
import type { CompletionResponse } from './response.js'
import type { Usage } from './usage.js'
import type { Warning } from './warning.js'

/** A model is being asked. Seen again when another takes over. */
export interface AttemptEvent {
  readonly type: 'attempt'
  readonly id: string
  readonly provider: string
  readonly model: string
  readonly mode: AttemptMode
  /** What was shown so far is void: clear it. Only with `midStream: 'restart'`. */
  readonly restarted?: true
  /** The number of the retry, from 1, over all candidates of the request. Absent where this is none. */
  readonly retry?: number
  /** How long a retry has waited, in milliseconds. */
  readonly waitedMs?: number
}

/** A piece of the answer's text. Joined in order, the pieces are the whole text. */
export interface TextEvent {
  readonly type: 'text'
  readonly text: string
  /** The model spoke again after it had begun a tool call. */
  readonly afterToolCall?: true
}

/** A piece of the reasoning that the model shows. */
export interface ReasoningEvent {
  readonly type: 'reasoning'
  readonly text: string
}

/** A piece of what the model says where it declines to answer. */
export interface RefusalEvent {
  readonly type: 'refusal'
  readonly text: string
}

/** A fragment of a call: first `index` with `id` and `name`, then pieces of `arguments`. Never a permission to run it. */
export interface ToolCallFragmentEvent {
  readonly type: 'tool-call-delta'
  /** 0, 1, … in the order of the calls, whatever the provider sent. */
  readonly index: number
  readonly id?: string
  readonly name?: string
  readonly arguments?: string
}

/** One whole call; it comes when the stream has ended well. */
export interface ToolCallEvent {
  readonly type: 'tool-call'
  readonly index: number
  readonly id: string
  readonly name: string
  /** The text that the model wrote: JSON for a function, free for a custom tool. */
  readonly arguments: string
  /** The arguments parsed. `undefined` where they are invalid, or belong to a custom tool. */
  readonly input?: unknown
  /** The arguments are no whole JSON object, or were cut off: never run this call. */
  readonly invalid?: true
}

/** The tokens counted so far. Seen more than once, the last one counts: it is never a part to be added up. */
export interface UsageEvent {
  readonly type: 'usage'
  readonly usage: Usage
}

/** Something worth knowing about an answer that stands all the same; it is in `byok.warnings` too. */
export interface WarningEvent {
  readonly type: 'warning'
  readonly warning: Warning
}

/** The last event, exactly once. */
export interface DoneEvent {
  readonly type: 'done'
  readonly response: CompletionResponse
}

/** One thing that happened to an answer. */
export type StreamEvent =
  | AttemptEvent
  | TextEvent
  | ReasoningEvent
  | RefusalEvent
  | ToolCallFragmentEvent
  | ToolCallEvent
  | UsageEvent
  | WarningEvent
  | DoneEvent

/** The events that an answer's content is made of. */
export type OutputEvent =
  | TextEvent
  | ReasoningEvent
  | RefusalEvent
  | ToolCallFragmentEvent
  | ToolCallEvent
  | UsageEvent
  | WarningEvent
