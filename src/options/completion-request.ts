// What a caller may ask: the request options, in our words and in OpenAI's.

import type { ContextOverflow } from '../core/context-overflow.js'
import type { Level, TaskType } from '../core/level.js'
import type { Message, ReasoningSetting, ResponseFormat, Tool, ToolChoice } from '../core/message.js'
import type { ProviderOptions } from '../core/request.js'
import type { DeltaCallbacks } from '../pipeline/prepared-request.js'
import { closest, type Fields, invalid, recordAt } from './check.js'

/** An object of options in which `undefined` counts as not given, as it does in every other place of a request. */
export type Loose<Options> = { readonly [Name in keyof Options]: Options[Name] | undefined }

/** Limits in milliseconds. */
export interface TimeoutOptions {
  /** Over all attempts and waits. @default 300_000, or more where one attempt may take longer */
  readonly totalMs?: number | undefined
  /** Until a connection to the provider is established, TLS included. @default 30_000 */
  readonly connectMs?: number | undefined
  /**
   * From the start of an attempt to its first output. @default 120_000; 240_000 for prompts over about 50,000 tokens,
   * 300_000 over 100,000; 180_000 to 600_000 for slow reasoning models; 1_800_000 for local servers
   */
  readonly firstTokenMs?: number | undefined
  /** Between real chunks; pings do not count. @default as `firstTokenMs`, but 900_000 for local servers */
  readonly idleMs?: number | undefined
}

/** OpenAI's names for options of ours, so that a stored body works as it is. Never both names of one option. */
export interface OpenAISpellings {
  /** OpenAI's older name for `maxTokens`. */
  readonly max_tokens?: number | null | undefined
  /** OpenAI's name for `maxTokens`. */
  readonly max_completion_tokens?: number | null | undefined
  /** OpenAI's name for `topP`. */
  readonly top_p?: number | null | undefined
  /** OpenAI's name for `toolChoice`. */
  readonly tool_choice?: ToolChoice | undefined
  /** OpenAI's name for `responseFormat`. */
  readonly response_format?: ResponseFormat | undefined
  /** OpenAI's name for `parallelToolCalls`. */
  readonly parallel_tool_calls?: boolean | undefined
  /** OpenAI's name for `reasoning`. `xhigh` and `max` are asked for as `high`, with a warning. */
  readonly reasoning_effort?: ReasoningSetting | 'xhigh' | 'max' | null | undefined
}

/**
 * A request. OpenAI's own names (`max_tokens`, `tool_choice` …) are understood for the options that have them, and so is
 * `null` for not given, where OpenAI's bodies may say it. `undefined` is not given everywhere.
 *
 * It is read when the method is called, and its lists are copied: what is pushed to `messages` afterwards changes
 * nothing. What stands in them is not: leave single messages, tools and schemas alone until the answer has come.
 */
export interface CompletionRequest extends OpenAISpellings {
  /** Short for one user message. Not together with `messages`. */
  readonly prompt?: string | undefined
  /** Short for a system message before everything else. */
  readonly system?: string | undefined
  /** The conversation so far, in OpenAI's shape. Not together with `prompt`. */
  readonly messages?: readonly Message[] | undefined
  /**
   * `provider/model`, an alias, a list to try in order, or `auto`: the cheapest models that do the job well, of the
   * providers that there is a key for. @default 'auto', or `routing.default`
   */
  readonly model?: string | readonly string[] | undefined
  /** What kind of work this is. It moves the level by one step at the most. @default guessed */
  readonly taskType?: TaskType | undefined
  /** How hard this is: which models `auto` may choose. @default what the classifier says */
  readonly level?: Level | undefined
  /** What the model may ask the app to run. Nothing is run by the library. */
  readonly tools?: readonly Tool[] | undefined
  /** Whether a tool may, must or must not be called, or which one must. @default the provider's, mostly 'auto' */
  readonly toolChoice?: ToolChoice | undefined
  /** Whether one answer may hold several tool calls. @default the provider's */
  readonly parallelToolCalls?: boolean | undefined
  /** Text, any JSON object, or JSON by a schema. The answer stays text: parse it. @default text */
  readonly responseFormat?: ResponseFormat | undefined
  /** The most tokens the answer may have. */
  readonly maxTokens?: number | undefined
  /** How freely words are chosen, from 0; how far up it goes is the provider's to say. @default the provider's */
  readonly temperature?: number | null | undefined
  /** Only the likeliest words that together have this probability, from 0 to 1. @default the provider's */
  readonly topP?: number | undefined
  /** The answer ends before any of these texts. Most providers take up to four. */
  readonly stop?: string | readonly string[] | null | undefined
  /** The same seed makes the same answer likelier, where the provider takes one. */
  readonly seed?: number | null | undefined
  /** How hard to think, or for how many tokens at the most. */
  readonly reasoning?: ReasoningSetting | undefined
  /** For whom this is asked: chooses the key, and stands in every event. */
  readonly tenant?: string | undefined
  /** The app's own name for its end user. Stands in every event, and is sent to providers that take one. */
  readonly user?: string | undefined
  /** Which agent of the app asks. Stands in every event, and is not sent. */
  readonly agent?: string | undefined
  /** Which conversation this belongs to. Stands in every event, and is not sent. */
  readonly session?: string | undefined
  /** Which chain of requests this belongs to. Stands in every event, and is not sent. */
  readonly run?: string | undefined
  /** Labels of the app's own, at most 64 of 1,024 characters. They stand in every event, and are not sent. */
  readonly tags?: readonly string[] | undefined
  /** The key for the provider of the one model that is named. */
  readonly apiKey?: string | undefined
  /**
   * Keys by provider. A request that brings keys is never paid with the app's; so a key that is `undefined` is an error
   * here, instead of a request that somebody else pays.
   */
  readonly keys?: Readonly<Record<string, string>> | undefined
  /** What all attempts of this request together may cost, in US dollars. */
  readonly budget?: number | { readonly usd: number } | undefined
  /**
   * What happens where the request is longer than a model's window. `error`: it is not sent to a model that it certainly
   * does not fit, and is `context-length` where it fits none. `drop-oldest`: whole old turns are left out; `truncate`:
   * besides, the middle of the longest texts. What was left out is told in a warning. @default 'error'
   */
  readonly contextOverflow?: ContextOverflow | undefined
  /** An option that the model cannot honour is an error instead of a warning. @default false */
  readonly strict?: boolean | undefined
  /** Ends the request when it aborts: the connection is closed, and `aborted` is thrown with its reason as `cause`. */
  readonly signal?: AbortSignal | undefined
  /** A number is the total in milliseconds. */
  readonly timeout?: number | TimeoutOptions | undefined
  /** Extra headers for the provider. Not those that authenticate or frame the request. */
  readonly headers?: Readonly<Record<string, string | undefined>> | undefined
  /** Extra fields of the body, by provider, as that provider spells them. */
  readonly providerOptions?: Loose<ProviderOptions> | undefined
  /** Hear the deltas of this request, besides the handler's own callbacks. Once they have, no other model takes over. */
  readonly callbacks?: Loose<DeltaCallbacks> | undefined
}

type OurName = Exclude<keyof CompletionRequest, keyof OpenAISpellings>

const spellings: { readonly [Name in keyof Required<OpenAISpellings>]: OurName } = {
  max_tokens: 'maxTokens',
  max_completion_tokens: 'maxTokens',
  top_p: 'topP',
  tool_choice: 'toolChoice',
  response_format: 'responseFormat',
  parallel_tool_calls: 'parallelToolCalls',
  reasoning_effort: 'reasoning',
}

/** OpenAI's names, and ours for the same. */
const openaiNames: ReadonlyMap<string, string> = new Map(Object.entries(spellings))

/** Options of one name here and there that OpenAI's bodies may set to `null`. */
const nullable: ReadonlySet<string> = new Set<OurName>(['temperature', 'stop', 'seed'])

const ourNames: { readonly [Name in OurName]: true } = {
  prompt: true,
  system: true,
  messages: true,
  model: true,
  taskType: true,
  level: true,
  tools: true,
  toolChoice: true,
  parallelToolCalls: true,
  responseFormat: true,
  maxTokens: true,
  temperature: true,
  topP: true,
  stop: true,
  seed: true,
  reasoning: true,
  tenant: true,
  user: true,
  agent: true,
  session: true,
  run: true,
  tags: true,
  apiKey: true,
  keys: true,
  budget: true,
  contextOverflow: true,
  strict: true,
  signal: true,
  timeout: true,
  headers: true,
  providerOptions: true,
  callbacks: true,
}

const names: ReadonlySet<string> = new Set(Object.keys(ourNames))

const forTheProvider = 'It goes into providerOptions, for the providers that take it.'

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
  ['store', forTheProvider],
  ['metadata', forTheProvider],
  ['frequency_penalty', forTheProvider],
  ['presence_penalty', forTheProvider],
  ['logit_bias', forTheProvider],
  ['logprobs', forTheProvider],
  ['top_logprobs', forTheProvider],
  ['service_tier', forTheProvider],
])

/**
 * The options under our names. Options that are `undefined` count as not given. Throws `invalid-request` for an unknown
 * option, naming the one that was probably meant, and for one that is given in both spellings.
 */
export function inOurWords(value: unknown): Fields {
  const request = recordAt(value, 'request')
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
