// Why a stronger model was asked after an answer, and which.

import type { Level } from './level.js'

/**
 * Why. `rate-limited`: nobody of the level could answer now. `error`: nobody of it answered. `low-quality`: the answer is
 * empty, cut off or a refusal. `low-confidence`: the model was not sure of its words. `requested`: the app said so.
 */
export type EscalationReason = 'rate-limited' | 'error' | 'low-quality' | 'low-confidence' | 'requested'

/** One step up. */
export interface Escalation {
  readonly from: Level
  readonly to: Level
  readonly reason: EscalationReason
  /** Who was asked on the higher level, first. */
  readonly provider: string
  readonly model: string
}

/** A conversation in which nothing more is escalated from a level, for a while. */
export interface EscalationCoolDown {
  /** Absent: of requests without a tenant. */
  readonly tenant?: string
  /** Absent: of requests without a session. */
  readonly session?: string
  /** From which level. */
  readonly level: Level
  /** What began it. */
  readonly reason: EscalationReason
  /** Since when, in milliseconds since 1970. */
  readonly since: number
  readonly remainingMs: number
}
