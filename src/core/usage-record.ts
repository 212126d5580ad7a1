// What is written down of every attempt, whatever became of it: the line of a bill.

import type { AttemptMode, CredentialSource } from './attempt.js'
import type { ErrorCode } from './error-code.js'
import type { Level, TaskType } from './level.js'
import type { Money } from './money.js'
import type { Usage } from './usage.js'

/**
 * What became of the attempt that a record tells of. `uncertain`: its process ended, or lost the store, in the middle; it
 * was charged with all that it might have cost.
 */
export type RecordOutcome = 'success' | 'failure' | 'aborted' | 'uncertain'

/** One attempt on the bill. No key stands in it, and no prompt and no answer unless the app has asked for that. */
export interface UsageRecord {
  /** The attempt's id. */
  readonly id: string
  readonly requestId: string
  /** When the attempt began, in milliseconds since 1970. */
  readonly at: number
  readonly tenant?: string
  readonly user?: string
  readonly agent?: string
  readonly session?: string
  /** The chain of requests that this one belongs to. */
  readonly run?: string
  readonly tags?: readonly string[]
  readonly provider: string
  readonly model: string
  readonly requestedModel: string
  readonly mode: AttemptMode
  /** How hard the request was judged to be, where it was judged. */
  readonly level?: Level
  readonly taskType?: TaskType
  /** Whose key paid: `app` is a managed key, `request` and `tenant` are the customer's own. */
  readonly credentialSource: CredentialSource
  /** Tells keys apart without showing anything of them. */
  readonly keyFingerprint?: string
  readonly outcome: RecordOutcome
  /** Absent where nothing was used, or nothing is known. */
  readonly usage?: Usage
  readonly usageEstimated?: boolean
  /** Nano-dollars; `null` where the price is unknown. */
  readonly cost: Money | null
  /** Which price table the cost stands on. */
  readonly priceVersion?: string
  /** What the provider itself said that the call cost. */
  readonly reportedCost?: Money
  /** What was saved against the model that the app compares with; `null` where a price is unknown. */
  readonly savings: Money | null
  /** The attempt cost more than was held for it: the provider went beyond the limit that it was given. */
  readonly overrun?: true
  readonly durationMs: number
  /** From the start of the attempt to its first output. */
  readonly firstDeltaMs?: number
  /** The provider's own word for the end of the answer. */
  readonly finishReason?: string
  /** `provider/model` that failed before, where this attempt took over. */
  readonly failoverFrom?: string
  readonly errorCode?: ErrorCode
  /** At most 500 characters. */
  readonly errorMessage?: string
  /** What the messages said, redacted, at most 64 KB. Only where the app has asked for it. */
  readonly prompt?: string
  /** The answer's text as far as it came, redacted, at most 64 KB. Only where the app has asked for it. */
  readonly answer?: string
}

/** Which records are meant. What is not given does not matter. */
export interface RecordFilter {
  /** From this moment on, in milliseconds since 1970. */
  readonly from?: number
  /** Before this moment. */
  readonly to?: number
  readonly tenant?: string
  readonly user?: string
  readonly agent?: string
  readonly session?: string
  readonly run?: string
  readonly tag?: string
  readonly provider?: string
  readonly model?: string
  readonly outcome?: RecordOutcome
}

/** Whether a record is among those that are meant. */
export function isMeant(record: UsageRecord, filter: RecordFilter): boolean {
  const { from, to, tag, ...same } = filter
  if (from !== undefined && record.at < from) return false
  if (to !== undefined && record.at >= to) return false
  if (tag !== undefined && !(record.tags ?? []).includes(tag)) return false
  const fields = record as unknown as Readonly<Record<string, unknown>> // read by the filter's own names
  return Object.entries(same).every(([name, wanted]) => wanted === undefined || fields[name] === wanted)
}
