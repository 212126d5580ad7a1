// What a provider's usage object must become in OpenAI's counting.

import type { ResponseUsage } from '../../src/core/response.js'
import type { DialectId } from './cases.js'

/** The counts that a response must show. Where a count is absent it must have been estimated. */
export interface ExpectedUsage {
  readonly prompt?: number
  readonly completion?: number
  /** The total that the provider sent, where it is neither the sum nor a source for one. */
  readonly sentTotal?: number
  /** Any of these passes; 0 also passes as absent. */
  readonly cached: readonly number[]
  readonly reasoning: number
}

type Counts = Readonly<Record<string, unknown>>

/** Reads the provider's usage by the rules of its dialect. */
export function expectedUsage(dialect: DialectId, sent: Counts | null): ExpectedUsage {
  if (sent === null) return { cached: [0], reasoning: 0 }
  return dialect === 'anthropic-messages' ? ofAnthropic(sent) : ofOpenAI(dialect, sent)
}

/** True where the provider says that more tokens came from its cache than the prompt had. */
export function isCacheBeyondPrompt(usage: ExpectedUsage): boolean {
  return usage.prompt !== undefined && usage.cached.some((count) => count > (usage.prompt ?? 0))
}

/** Every way in which the usage of a response is not what it must be. */
export function differencesOfUsage(
  actual: ResponseUsage,
  isEstimated: boolean,
  expected: ExpectedUsage,
): string[] {
  const found: string[] = []
  const { prompt_tokens: prompt, completion_tokens: completion, total_tokens: total } = actual
  const check = (name: string, value: number, wanted: readonly number[]): void => {
    if (!wanted.includes(value)) found.push(`${name} is ${value}, not ${wanted.join(' or ')}`)
  }
  for (const [name, value] of Object.entries({ prompt, completion, total })) {
    if (count(value) === undefined) found.push(`${name}_tokens is ${value}, which is no count`)
  }
  if (expected.prompt !== undefined) check('prompt_tokens', prompt, [expected.prompt])
  if (expected.completion !== undefined) check('completion_tokens', completion, [expected.completion])
  const isReported = expected.prompt !== undefined && expected.completion !== undefined
  if (isEstimated === isReported) found.push(`byok.usageEstimated is ${isEstimated}`)
  const sentTotal = isReported && expected.sentTotal !== undefined ? [expected.sentTotal] : []
  check('total_tokens', total, [prompt + completion, ...sentTotal])
  check('cached_tokens', actual.prompt_tokens_details?.cached_tokens ?? 0, expected.cached)
  check('reasoning_tokens', actual.completion_tokens_details?.reasoning_tokens ?? 0, [expected.reasoning])
  return found
}

function ofAnthropic(sent: Counts): ExpectedUsage {
  const input = count(sent.input_tokens)
  const cacheRead = count(sent.cache_read_input_tokens) ?? 0
  const cacheWrite = count(sent.cache_creation_input_tokens) ?? 0
  return {
    ...present('prompt', input === undefined ? undefined : input + cacheRead + cacheWrite),
    ...present('completion', count(sent.output_tokens)),
    cached: [cacheRead],
    reasoning: count(inside(sent.output_tokens_details).thinking_tokens) ?? 0,
  }
}

function ofOpenAI(dialect: DialectId, sent: Counts): ExpectedUsage {
  const isChat = dialect === 'openai-chat'
  const prompt = count(isChat ? sent.prompt_tokens : sent.input_tokens)
  const completion = count(isChat ? sent.completion_tokens : sent.output_tokens)
  const promptDetails = inside(isChat ? sent.prompt_tokens_details : sent.input_tokens_details)
  const completionDetails = inside(isChat ? sent.completion_tokens_details : sent.output_tokens_details)
  const sentReasoning = count(completionDetails.reasoning_tokens) ?? 0
  const total = count(sent.total_tokens)
  const isBeside =
    prompt !== undefined &&
    completion !== undefined &&
    sentReasoning > 0 &&
    total === prompt + completion + sentReasoning
  const whole = isBeside ? completion + sentReasoning : completion
  const cached = [
    promptDetails.cached_tokens,
    sent.cached_tokens,
    sent.prompt_cache_hit_tokens,
    sent.cache_read_input_tokens,
  ].find((value) => (count(value) ?? 0) > 0)
  return {
    ...present('prompt', prompt),
    ...present('completion', whole),
    ...present('sentTotal', total),
    cached: [count(cached) ?? 0],
    reasoning: whole === undefined ? sentReasoning : Math.min(sentReasoning, whole),
  }
}

function present<Name extends string>(name: Name, value: number | undefined): { [Key in Name]?: number } {
  return value === undefined ? {} : ({ [name]: value } as { [Key in Name]: number }) // the one key is `name`
}

function count(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined
}

function inside(value: unknown): Counts {
  return typeof value === 'object' && value !== null ? (value as Counts) : {} // an object has string keys
}
