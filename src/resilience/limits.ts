// How long to wait, where the app does not say: longer for long prompts, slow models, and servers of one's own.

import type { AttemptLimits } from './deadline.js'

/** The limits that an app or a request has set, in milliseconds. They win over every default. */
export interface GivenLimits {
  /** Of the whole request, over all attempts and waits. */
  readonly totalMs?: number
  /** Until a connection is established. */
  readonly connectMs?: number
  /** From the start of an attempt to its first output. */
  readonly firstTokenMs?: number
  /** Between real chunks, after the first output. */
  readonly idleMs?: number
}

/** What a default depends on. */
export interface Traits {
  /** A server of one's own: it may have to load the model first, and reads a long prompt slowly. */
  readonly isLocal: boolean
  readonly promptTokens: number
  /** What the model is known to need before its first word. Absent: no more than others. */
  readonly patienceMs?: number | undefined
}

const minute = 60_000

/** After the answer has said how it ended, for what may still follow. */
const tailMs = 10_000

/** Until a connection is established. */
const defaultConnectMs = 30_000

/** What holds for a request whose candidates do not need more. */
const defaultTotalMs = 5 * minute

/** The limits of one attempt. */
export function attemptLimits(given: GivenLimits, traits: Traits): AttemptLimits {
  const { firstTokenMs, idleMs } = defaultsFor(traits)
  return {
    connectMs: connectLimit(given),
    firstTokenMs: given.firstTokenMs ?? firstTokenMs,
    idleMs: given.idleMs ?? idleMs,
    tailMs,
  }
}

/** The limit on connecting, which is the same for all. */
export function connectLimit({ connectMs = defaultConnectMs }: GivenLimits): number {
  return connectMs
}

/**
 * The limit of the whole request, unless the app says so: never below those of its attempts, and long enough for one of
 * them to hang and another to begin.
 */
export function totalLimit(given: GivenLimits, attempts: readonly AttemptLimits[]): number {
  if (given.totalMs !== undefined) return given.totalMs
  const [first = 0, second = 0] = attempts
    .map(({ firstTokenMs }) => firstTokenMs)
    .sort((one, other) => other - one)
  const longestIdle = Math.max(0, ...attempts.map(({ idleMs }) => idleMs))
  return Math.max(defaultTotalMs, first + second, longestIdle)
}

function defaultsFor({ isLocal, promptTokens, patienceMs = 0 }: Traits): {
  firstTokenMs: number
  idleMs: number
} {
  if (isLocal) return { firstTokenMs: 30 * minute, idleMs: 15 * minute }
  const bySize = promptTokens > 100_000 ? 5 * minute : promptTokens > 50_000 ? 4 * minute : 2 * minute
  const ms = Math.max(bySize, patienceMs)
  return { firstTokenMs: ms, idleMs: ms }
}
