// What a request can be expected to cost before it is sent: for ranking. A budget holds the bound instead, which is true.

import type { CacheMark } from '../core/message.js'
import type { Money } from '../core/money.js'
import type { ModelPrice } from '../core/price.js'
import type { ChatRequest } from '../core/request.js'
import { estimatePromptTokens } from '../core/token-estimate.js'
import type { Usage } from '../core/usage.js'
import { answerBound } from './bound.js'
import { costOf } from './price.js'
import { isFirstTurn, prefixOf } from './prompt-prefix.js'

/** How long an answer is taken to be where nothing limits it. */
export const usualOutputTokens = 500

/** How likely a first turn is to find the beginning of its prompt in the cache, where nobody knows better. */
const usualHitChance = 0.5

/** The shortest beginning that is kept in a cache, where the price does not say: what most providers document. */
export const usualCacheFrom = 1_024

/** A prompt as caches see it, in estimated tokens. */
export interface PromptShape {
  readonly tokens: number
  /** At its beginning, and may have been sent before. */
  readonly prefixTokens: number
  /** Up to the last mark that asks for the cache; 0 where there is none. */
  readonly markedTokens: number
  /** Nobody has answered yet. Later turns count as hits. */
  readonly isFirstTurn: boolean
}

/** A call that is to be ranked. */
export interface ExpectedCall {
  readonly price: ModelPrice
  readonly prompt: PromptShape
  readonly outputTokens: number
  /** For a first turn: given by the app, or counted (see `CacheHits`). From 0 to 1. @default 0.5 */
  readonly hitChance?: number | undefined
}

/** What caches make of a request. The same for all models: work it out once. */
export function promptShape(chat: ChatRequest): PromptShape {
  return {
    tokens: estimatePromptTokens(chat),
    prefixTokens: estimatePromptTokens(prefixOf(chat)),
    markedTokens: estimatePromptTokens(markedPart(chat)),
    isFirstTurn: isFirstTurn(chat),
  }
}

/** How long the answers will be: as long as they may get, or 500 tokens each. */
export function expectedOutputTokens(chat: ChatRequest, provider: string): number {
  const { maxTokens, answers } = answerBound(chat, provider)
  return answers * (maxTokens ?? usualOutputTokens)
}

/**
 * What a call can be expected to cost: with the beginning of the prompt from the cache as often as that is likely, and
 * without it else. What is cheaper there, and from which length on, the model's own price says; one that has no price for
 * reading from a cache has no use of it.
 */
export function expectedCost({ price, prompt, outputTokens, hitChance }: ExpectedCall): Money {
  const chance = likelyHit(prompt, hitChance)
  const hit = costOf(price, { ...promptUsage(price, prompt, true), output: outputTokens })
  const miss = costOf(price, { ...promptUsage(price, prompt, false), output: outputTokens })
  return Math.round(miss + chance * (hit - miss))
}

/** What a model costs where nothing is known of the request: twice as many tokens come out as go in. */
export function blendedCost(price: ModelPrice, promptTokens: number): Money {
  return costOf(price, { input: promptTokens, output: 2 * promptTokens })
}

/** The prompt by what its parts are billed as. */
function promptUsage(price: ModelPrice, prompt: PromptShape, isHit: boolean): Usage {
  const { tokens, prefixTokens, markedTokens } = prompt
  const { cacheFromTokens = usualCacheFrom } = price
  const kept = (length: number): number => (length >= cacheFromTokens ? Math.min(length, tokens) : 0)
  const written = kept(markedTokens)
  // Where a request marks what is to be kept, nothing beyond that is.
  const readable = kept(markedTokens > 0 ? Math.min(prefixTokens, markedTokens) : prefixTokens)
  const cacheRead = isHit ? readable : 0
  const cacheWrite = Math.max(0, written - cacheRead)
  return { input: tokens - cacheRead - cacheWrite, cacheRead, cacheWrite }
}

/** The prompt up to its last mark. Tools stand before all messages. */
function markedPart({ messages, tools = [] }: ChatRequest): ChatRequest {
  const inMessages = messages.findLastIndex(
    ({ content }) =>
      Array.isArray(content) && content.some((part: CacheMark) => part.cache_control !== undefined),
  )
  if (inMessages !== -1) return { messages: messages.slice(0, inMessages + 1), tools }
  const inTools = tools.findLastIndex((tool) => 'cache_control' in tool && tool.cache_control !== undefined)
  return { messages: [], tools: tools.slice(0, inTools + 1) }
}

/** How likely the beginning of a prompt is read from the cache: for sure in later turns. */
export function likelyHit({ isFirstTurn }: PromptShape, hitChance = usualHitChance): number {
  if (!isFirstTurn) return 1
  return Number.isNaN(hitChance) ? usualHitChance : Math.min(1, Math.max(0, hitChance))
}
