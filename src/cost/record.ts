// What is written down of an attempt for the bill.

import type { AttemptMode, CredentialSource } from '../core/attempt.js'
import type { ByokError } from '../core/errors.js'
import type { RequestLabels } from '../core/handler-events.js'
import type { Level, TaskType } from '../core/level.js'
import type { Money } from '../core/money.js'
import type { Usage } from '../core/usage.js'
import type { UsageRecord } from '../core/usage-record.js'
import type { Bill } from './pricing.js'

/** Who asks whom: what is known before an attempt is sent. */
export interface AttemptFacts {
  readonly attemptId: string
  readonly labels: RequestLabels
  readonly requestedModel: string
  readonly provider: string
  readonly model: string
  readonly mode: AttemptMode
  /** What the request was judged to be, where it was judged. */
  readonly work?: { readonly level: Level; readonly taskType: TaskType } | undefined
  readonly credentialSource: CredentialSource
  /** `provider/model` that failed before. */
  readonly failoverFrom: string | undefined
}

/** What became of an attempt. */
export interface AttemptResult {
  readonly outcome: 'success' | 'failure' | 'aborted'
  /** Absent: nothing was used. */
  readonly usage: Usage | undefined
  readonly usageEstimated: boolean
  readonly reportedCost: Money | undefined
  readonly durationMs: number
  readonly firstDeltaMs: number | undefined
  readonly finishReason: string | undefined
  /** As far as it came. */
  readonly answer: string | undefined
  readonly error: ByokError | undefined
}

const longestMessage = 500

/** The line that stands if nobody ever says what became of the attempt. The store adds what it might have cost. */
export function uncertainRecord(
  facts: AttemptFacts,
  at: number,
  keyFingerprint: string | undefined,
  priceVersion: string | undefined,
): UsageRecord {
  const { attemptId, labels, failoverFrom, provider, model, requestedModel, mode, credentialSource } = facts
  const { work } = facts
  return {
    id: attemptId,
    at,
    ...labels,
    provider,
    model,
    requestedModel,
    mode,
    ...(work === undefined ? {} : { level: work.level, taskType: work.taskType }),
    credentialSource,
    ...(keyFingerprint === undefined ? {} : { keyFingerprint }),
    outcome: 'uncertain',
    cost: null,
    ...(priceVersion === undefined ? {} : { priceVersion }),
    savings: null,
    durationMs: 0,
    ...(failoverFrom === undefined ? {} : { failoverFrom }),
  }
}

/** The line of an attempt that is over. */
export function finalRecord(
  draft: UsageRecord,
  result: AttemptResult,
  { cost, version, savings }: Bill,
  isOverrun: boolean,
): UsageRecord {
  // What the bound stood on is overwritten, and only seldom has to be taken out.
  const known = version === undefined ? withoutPrice(draft) : draft
  const { outcome, usage, usageEstimated, reportedCost, durationMs, firstDeltaMs, finishReason, error } =
    result
  return {
    ...known,
    outcome,
    ...(usage === undefined ? {} : { usage, usageEstimated }),
    cost,
    ...(version === undefined ? {} : { priceVersion: version }),
    ...(reportedCost === undefined ? {} : { reportedCost }),
    savings,
    ...(isOverrun ? { overrun: true as const } : {}),
    durationMs,
    ...(firstDeltaMs === undefined ? {} : { firstDeltaMs }),
    ...(finishReason === undefined ? {} : { finishReason: finishReason.slice(0, 100) }),
    ...(error === undefined
      ? {}
      : { errorCode: error.code, errorMessage: error.message.slice(0, longestMessage) }),
  }
}

function withoutPrice({ priceVersion: _bound, ...known }: UsageRecord): UsageRecord {
  return known
}
