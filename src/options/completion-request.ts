// What a caller may ask: the request options, in our words and in OpenAI's.

import type { Message, ReasoningSetting, ResponseFormat, Tool, ToolChoice } from '../core/message.js'
import type { ProviderOptions } from '../core/request.js'
import type { DeltaCallbacks } from '../pipeline/prepared-request.js'
import { closest, type Fields, invalid, objectAt } from './check.js'

/** Limits in milliseconds. */
export interface TimeoutOptions {
  /** Over all attempts and waits. @default 300_000 */
  readonly totalMs?: number
  /** From the start of an attempt to its first output. @default 120_000 */
  readonly firstTokenMs?: number
  /** Between real chunks; pings do not count. @default 120_000 */
  readonly idleMs?: number
}

/**
 * A request. OpenAI's own names (`max_tokens`, `tool_choice` …) are understood for the options that have them, and so is
 * `null` for not given, where OpenAI's bodies may say it.
 */
export interface CompletionRequest {
  /** Short for one user message. Not together with `messages`. */
  readonly prompt?: string
  /** Short for a system message before everything else. */
  readonly system?: string
  readonly messages?: readonly Message[]
  /** `provider/model`, an alias, a list to try in order, or `auto`. @default 'auto' */
  readonly model?: string | readonly string[]
  readonly tools?: readonly Tool[]
  readonly toolChoice?: ToolChoice
  readonly parallelToolCalls?: boolean
  readonly responseFormat?: ResponseFormat
  /** The most tokens the answer may have. */
  readonly maxTokens?: number
  readonly temperature?: number | null
  readonly topP?: number
  readonly stop?: string | readonly string[] | null
  readonly seed?: number | null
  /** How hard to think, or for how many tokens at the most. */
  readonly reasoning?: ReasoningSetting
  /** For whom this is asked: chooses the key, and stands in every event. */
  readonly tenant?: string
  readonly user?: string
  readonly agent?: string
  readonly session?: string
  readonly run?: string
  readonly tags?: readonly string[]
  /** The key for the provider of the one model that is named. */
  readonly apiKey?: string
  /** Keys by provider. A request that brings keys is never paid with the app's. */
  readonly keys?: Readonly<Record<string, string>>
  /** An option that the model cannot honour is an error instead of a warning. @default false */
  readonly strict?: boolean
  readonly signal?: AbortSignal
  /** A number is the total in milliseconds. */
  readonly timeout?: number | TimeoutOptions
  /** Extra headers for the provider. Not those that authenticate or frame the request. */
  readonly headers?: Readonly<Record<string, string>>
  /** Extra fields of the body, by provider, as that provider spells them. */
  readonly providerOptions?: ProviderOptions
  readonly callbacks?: DeltaCallbacks

  readonly max_tokens?: number | null
  readonly max_completion_tokens?: number | null
  readonly top_p?: number | null
  readonly tool_choice?: ToolChoice
  readonly response_format?: ResponseFormat
  readonly parallel_tool_calls?: boolean
  readonly reasoning_effort?: ReasoningSetting | null
}

/** OpenAI's names, and ours for the same. */
const openaiNames: ReadonlyMap<string, string> = new Map([
  ['max_tokens', 'maxTokens'],
  ['max_completion_tokens', 'maxTokens'],
  ['top_p', 'topP'],
  ['tool_choice', 'toolChoice'],
  ['response_format', 'responseFormat'],
  ['parallel_tool_calls', 'parallelToolCalls'],
  ['reasoning_effort', 'reasoning'],
])

/** Options of one name here and there that OpenAI's bodies may set to `null`. */
const nullable: ReadonlySet<string> = new Set(['temperature', 'stop', 'seed'])

const names: ReadonlySet<string> = new Set([
  ...['prompt', 'system', 'messages', 'model', 'tools', 'toolChoice', 'parallelToolCalls', 'responseFormat'],
  ...[
    'maxTokens',
    'temperature',
    'topP',
    'stop',
    'seed',
    'reasoning',
    'tenant',
    'user',
    'agent',
    'session',
    'run',
  ],
  ...['tags', 'apiKey', 'keys', 'strict', 'signal', 'timeout', 'headers', 'providerOptions', 'callbacks'],
])

/** Names that mean something else here than people expect, and what to do instead. */
const advice: ReadonlyMap<string, string> = new Map([
  ['stream', 'Call streamCompletion() for a stream, and generateResponse() for a whole answer.'],
  ['stream_options', 'Usage always comes with the answer.'],
  ['n', 'An answer has one choice.'],
  ['max_output_tokens', 'Use maxTokens.'],
  ['maxOutputTokens', 'Use maxTokens.'],
  ['functions', 'Use tools.'],
  ['function_call', 'Use toolChoice.'],
  ['abortSignal', 'Use signal.'],
  ['input', 'Use prompt or messages.'],
  ['instructions', 'Use system.'],
])

/**
 * The options under our names. Options that are `undefined` count as not given. Throws `invalid-request` for an unknown
 * option, naming the one that was probably meant, and for one that is given in both spellings.
 */
export function inOurWords(value: unknown): Fields {
  const request = objectAt(value, 'request')
  const fields: Record<string, unknown> = Object.create(null)
  for (const [name, option] of Object.entries(request)) {
    if (option === undefined) continue
    const ours = openaiNames.get(name) ?? name
    if (!names.has(ours)) throw unknownOption(name)
    // OpenAI's bodies say null where an option is not used.
    if (option === null && (ours !== name || nullable.has(name))) continue
    if (ours in fields)
      throw invalid(name, `is the same option as ${spelling(request, ours, name)}: give only one of them.`)
    fields[ours] = option
  }
  return fields
}

function spelling(request: Fields, ours: string, other: string): string {
  const found = Object.keys(request).find(
    (name) => name !== other && (openaiNames.get(name) ?? name) === ours,
  )
  return found ?? ours
}

function unknownOption(name: string): Error {
  const shown = name.slice(0, 64)
  const meant = closest(name, [...names, ...openaiNames.keys()])
  const hint =
    advice.get(name) ??
    (meant === undefined
      ? 'What only one provider knows goes into providerOptions.'
      : `Did you mean ${openaiNames.get(meant) ?? meant}?`)
  return invalid(shown, `there is no such option. ${hint}`)
}
