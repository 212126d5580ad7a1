// One model asked once: what became of it.

import type { ErrorCode, TimeoutPhase, UpstreamFault } from './error-code.js'
import type { Usage } from './usage.js'

/** Whose key paid. */
export type CredentialSource = 'request' | 'tenant' | 'app' | 'none'

/** How the model was asked: for a stream, or for the whole answer at once. */
export type AttemptMode = 'stream' | 'whole'

/** What became of an attempt. `skipped`: nothing was sent. */
export type AttemptOutcome = 'success' | 'failure' | 'aborted' | 'skipped'

/** The part of an error that an attempt keeps. */
export interface AttemptError {
  readonly code: ErrorCode
  readonly message: string
  readonly status?: number
  readonly requestId?: string
  readonly phase?: TimeoutPhase
  readonly retryAfterMs?: number
  /** What the provider, or the network, called it. */
  readonly upstream?: UpstreamFault
}

/** One model asked once. */
export interface Attempt {
  /** Unique to the attempt; its bookings carry it. */
  readonly id: string
  readonly provider: string
  readonly model: string
  readonly mode: AttemptMode
  readonly outcome: AttemptOutcome
  readonly error?: AttemptError
  readonly credentialSource: CredentialSource
  /** The app's name for the key, where there are several. */
  readonly key?: string
  /** The number of the retry, from 1, over all candidates of the request. Absent where this is none. */
  readonly retry?: number
  /** How long a retry has waited, in milliseconds. */
  readonly waitedMs?: number
  /** Milliseconds since 1970. */
  readonly startedAt: number
  readonly durationMs: number
  /** From the start of the attempt to its first output. */
  readonly firstDeltaMs?: number
  readonly usage?: Usage
  readonly usageEstimated?: boolean
  /** What the attempt cost in US dollars; `null` when the price is unknown. */
  readonly costUsd: number | null
}
