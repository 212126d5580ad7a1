// How much a provider still lets through, from the headers of its answers.

import type { RateLimit, RateLimits } from '../core/rate-limits.js'

/** The header names of one limit. */
interface LimitHeaders {
  /** Absent where it says nothing by itself, since nobody knows for how long a time it holds. */
  readonly limit?: string
  readonly remaining: string
  readonly reset: string
}

const openai = (unit: string): LimitHeaders => ({
  limit: `x-ratelimit-limit-${unit}`,
  remaining: `x-ratelimit-remaining-${unit}`,
  reset: `x-ratelimit-reset-${unit}`,
})

const anthropic = (unit: string): LimitHeaders => ({
  limit: `anthropic-ratelimit-${unit}-limit`,
  remaining: `anthropic-ratelimit-${unit}-remaining`,
  reset: `anthropic-ratelimit-${unit}-reset`,
})

/**
 * All spellings. Sources: OpenAI, https://platform.openai.com/docs/guides/rate-limits (resets are durations: `1s`,
 * `6m0s`); Groq, https://console.groq.com/docs/rate-limits (OpenAI's names; its limit on requests is that of a day);
 * Cerebras, https://inference-docs.cerebras.ai/support/rate-limits (the window behind the name; resets in seconds);
 * Anthropic, https://docs.claude.com/en/api/rate-limits (resets are RFC 3339 times). Names without a unit are those of
 * gateways, whose windows differ; OpenRouter's reset is in milliseconds since 1970.
 */
const spellings: { readonly [Kind in keyof Required<RateLimits>]: readonly LimitHeaders[] } = {
  requests: [
    openai('requests'),
    openai('requests-minute'),
    openai('requests-day'),
    anthropic('requests'),
    { remaining: 'x-ratelimit-remaining', reset: 'x-ratelimit-reset' },
  ],
  tokens: [
    openai('tokens'),
    openai('tokens-minute'),
    openai('tokens-day'),
    anthropic('tokens'),
    anthropic('input-tokens'),
    anthropic('output-tokens'),
  ],
}

/**
 * The limits that the headers tell; of several of one kind the fullest. What is no sensible number (negative, not finite,
 * garbage, several values) counts as unsaid. `undefined` where nothing is left. `nowMs` is the date, for resets that are
 * told as a time.
 */
export function rateLimitsOf(headers: Headers, nowMs: number): RateLimits | undefined {
  const requests = fullest(spellings.requests, headers, nowMs)
  const tokens = fullest(spellings.tokens, headers, nowMs)
  if (requests === undefined && tokens === undefined) return undefined
  return {
    ...(requests === undefined ? {} : { requests }),
    ...(tokens === undefined ? {} : { tokens }),
  }
}

function fullest(names: readonly LimitHeaders[], headers: Headers, nowMs: number): RateLimit | undefined {
  let found: RateLimit | undefined
  for (const name of names) {
    const limit = limitOf(name, headers, nowMs)
    if (limit !== undefined && (found === undefined || shareLeft(limit) < shareLeft(found))) found = limit
  }
  return found
}

function limitOf(names: LimitHeaders, headers: Headers, nowMs: number): RateLimit | undefined {
  const left = headers.get(names.remaining)
  if (left === null) return undefined // whoever tells a limit tells what is left of it; each look at a header takes time
  const limit = names.limit === undefined ? undefined : countOf(headers.get(names.limit))
  const remaining = countOf(left)
  const hasLimit = limit !== undefined && limit > 0
  if (!hasLimit && remaining !== 0) return undefined
  const resetMs = remaining === undefined ? undefined : resetIn(headers.get(names.reset), nowMs)
  if (!hasLimit && resetMs === undefined) return undefined
  return {
    ...(hasLimit ? { limit } : {}),
    ...(remaining === undefined || resetMs === undefined ? {} : { remaining, resetMs }),
  }
}

/** What tells how much is left goes before what tells a limit alone. */
function shareLeft({ limit, remaining }: RateLimit): number {
  if (remaining === undefined) return Number.POSITIVE_INFINITY
  return remaining / (limit ?? 1)
}

function countOf(header: string | null): number | undefined {
  if (header === null || !/^\d{1,16}$/.test(header)) return undefined
  const count = Number(header)
  return Number.isSafeInteger(count) ? count : undefined
}

const unitMs: Readonly<Record<string, number>> = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000, ms: 1 }

/** A bare number from here on is a time in seconds since 1970, and in milliseconds from a thousand times that on. */
const leastTime = 1e9

/** A duration (`1h2m3.5s`, `20ms`), seconds, or a time: RFC 3339, or seconds or milliseconds since 1970. */
function resetIn(header: string | null, nowMs: number): number | undefined {
  if (header === null || header.length > 40) return undefined
  if (/^\d+(\.\d+)?$/.test(header)) {
    const number = Number(header)
    if (number < leastTime) return sensible(number * 1_000)
    return sensible(Math.max(0, (number < leastTime * 1_000 ? number * 1_000 : number) - nowMs))
  }
  if (/^(\d+(\.\d+)?(ms|[dhms]))+$/.test(header)) {
    let sum = 0
    for (const [, amount, unit = ''] of header.matchAll(/(\d+(?:\.\d+)?)(ms|[dhms])/g))
      sum += Number(amount) * (unitMs[unit] ?? 0)
    return sensible(sum)
  }
  if (!/^\d{4}-\d\d-\d\d[Tt]/.test(header)) return undefined
  const time = Date.parse(header)
  return Number.isNaN(time) ? undefined : sensible(Math.max(0, time - nowMs))
}

function sensible(waitMs: number): number | undefined {
  return waitMs <= Number.MAX_SAFE_INTEGER ? Math.ceil(waitMs) : undefined
}
