// How one vendor's Chat Completions requests differ from another's, as plain data; answers need nothing of the kind.

import type { IdRule } from '../call-ids.js'
import type { ReasoningLevel } from '../reasoning-level.js'

/**
 * How reasoning is asked for. `<word>` is `reasoningWords[level]`; a level without a word sends no word.
 *
 * | style | level `none` | any other level |
 * |---|---|---|
 * | `effort` | `reasoning_effort: <word>` | `reasoning_effort: <word>` |
 * | `reasoning-object` | `reasoning: { effort: <word> }` | `reasoning: { effort: <word> }` |
 * | `reasoning-switch` | `reasoning: { enabled: false }` | `reasoning_effort: <word>` |
 * | `thinking-type` | `thinking: { type: 'disabled' }` | `thinking: { type: <thinkingOn> }`, `reasoning_effort: <word>` |
 * | `enable-thinking` | `enable_thinking: false` | `enable_thinking: true` |
 * | `chat-template` | `chat_template_kwargs: { enable_thinking: false }` | `chat_template_kwargs: { enable_thinking: true }` |
 * | `none` | nothing, with a warning | nothing, with a warning |
 *
 * Where a row of the table is nothing but its word, a level without a word sends nothing and is a warning.
 */
export type ReasoningStyle =
  | 'effort'
  | 'reasoning-object'
  | 'reasoning-switch'
  | 'thinking-type'
  | 'enable-thinking'
  | 'chat-template'
  | 'none'

/**
 * Where a number of reasoning tokens is written. `thinking_budget`: at the top of the body, besides what the style sends
 * for reasoning switched on. `reasoning.max_tokens`: in `reasoning`, instead of a word. `thinking.budget_tokens`: in
 * `thinking: { type: <thinkingOn>, budget_tokens }`, and no word anywhere. `null`: nowhere, and the number becomes a
 * level, with a warning: up to 1,024 is `low`, up to 8,192 is `medium`, more is `high`. 0 is always the level `none`.
 */
export type ReasoningTokensField =
  | 'thinking_budget'
  | 'reasoning.max_tokens'
  | 'thinking.budget_tokens'
  | null

/**
 * The field of an assistant message in which its own reasoning goes back to the provider that sent it. `thinking-parts`
 * puts it first in `content`, as `{ type: 'thinking', thinking: [{ type: 'text', text }] }`. `none` leaves it out.
 */
export type ReasoningBack =
  | 'reasoning_content'
  | 'reasoning'
  | 'reasoning_details'
  | 'thinking-parts'
  | 'none'

/** What a vendor's requests need. Every field is a plain value, so a row can be printed, stored and compared. */
export interface ChatQuirks {
  /** The name of the limit on generated tokens. */
  readonly maxTokensField: 'max_completion_tokens' | 'max_tokens'
  /** Takes messages of role `developer`. Where not, they are sent as `system`. */
  readonly developerRole: boolean
  /** Takes `name` on system, user and assistant messages. Where not, it is left out. */
  readonly messageNames: boolean
  /** Takes `stream_options: { include_usage: true }`. Where not, usage comes unasked or is estimated. */
  readonly streamOptions: boolean
  /**
   * Leaves the padding of a stream (`obfuscation`, which hides the length of each piece from those who watch the line)
   * as the provider has it. False asks for none, with `stream_options: { include_obfuscation: false }`.
   */
  readonly obfuscation: boolean
  /** The name of the sampling seed; `null` where there is none. */
  readonly seedField: 'seed' | 'random_seed' | null
  /** The name of the app's own id for its end user; `null` where there is none. */
  readonly userField: 'user' | 'safety_identifier' | null
  /** How many stop sequences are taken; `null` where no limit is documented, 0 where `stop` is not taken at all. */
  readonly stopLimit: number | null
  /** Takes `parallel_tool_calls`. */
  readonly parallelToolCalls: boolean
  /** The word for "some tool must be called"; `null` where that cannot be asked for. */
  readonly toolChoiceRequired: 'required' | 'any' | null
  /** Takes `tool_choice` with the name of one function. */
  readonly toolChoiceNamed: boolean
  /** Takes `strict` on a function. Where not, it is left out. */
  readonly strictTools: boolean
  /** Takes tools of type `custom`. Where not, they are left out, with a warning. */
  readonly customTools: boolean
  /** Takes `refusal` on assistant messages and as a part. Where not, an earlier refusal is sent as text. */
  readonly refusals: boolean
  /** Takes text in parts. Where not, a message that holds nothing but text is sent as one string. */
  readonly textParts: boolean
  /** Takes `cache_control` on parts and tools. Where not, it is left out. */
  readonly cacheMarks: boolean
  /** What a JSON Schema becomes: `json_schema` as OpenAI takes it, JSON mode with the schema in words, or words alone. */
  readonly jsonSchema: 'response_format' | 'json_object' | 'none'
  /** How reasoning is asked for. */
  readonly reasoning: ReasoningStyle
  /** The vendor's word for each level that it takes. */
  readonly reasoningWords: Readonly<Partial<Record<ReasoningLevel, string>>>
  /** The `type` that switches thinking on in the style `thinking-type`. */
  readonly thinkingOn: 'enabled' | 'adaptive'
  /** Where a number of reasoning tokens is written. */
  readonly reasoningTokensField: ReasoningTokensField
  /** In which field an earlier answer's own reasoning goes back. */
  readonly reasoningBack: ReasoningBack
  /**
   * An assistant message without reasoning of its own (another provider's, say) carries the field of `reasoningBack` as
   * an empty string; DeepSeek answers 400 to a history with tools that lacks it.
   */
  readonly reasoningBackAlways: boolean
  /** Which ids of tool calls are accepted. An id that does not fit is replaced, in the call and in its result. */
  readonly toolCallIds: IdRule
  /**
   * Puts `extra_content.google.thought_signature` on tool calls and wants it back with them; Gemini 3 answers 400 to a
   * history that lacks it.
   */
  readonly thoughtSignatures: boolean
  /** Fields that every request carries. What the caller sets by `providerOptions` comes after and wins. */
  readonly fixedFields: Readonly<Record<string, unknown>>
  /** Fields that a streamed request with tools carries besides. */
  readonly toolStreamFields: Readonly<Record<string, unknown>>
}

/**
 * For a server that says it speaks OpenAI's dialect and of which nothing else is known: the fields that nearly all of
 * them take, under the names that nearly all of them know. OpenAI's own differences stand in its row like anyone's.
 */
export const defaultChatQuirks: ChatQuirks = {
  maxTokensField: 'max_tokens',
  developerRole: false,
  messageNames: true,
  streamOptions: true,
  obfuscation: true,
  seedField: 'seed',
  userField: null,
  stopLimit: null,
  parallelToolCalls: true,
  toolChoiceRequired: 'required',
  toolChoiceNamed: true,
  strictTools: true,
  customTools: false,
  refusals: false,
  textParts: true,
  cacheMarks: false,
  jsonSchema: 'response_format',
  reasoning: 'effort',
  reasoningWords: { none: 'none', minimal: 'low', low: 'low', medium: 'medium', high: 'high' },
  thinkingOn: 'enabled',
  reasoningTokensField: null,
  reasoningBack: 'none',
  reasoningBackAlways: false,
  toolCallIds: {},
  thoughtSignatures: false,
  fixedFields: {},
  toolStreamFields: {},
}
