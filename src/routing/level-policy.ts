// Which level a request is answered at: the caller's word, the tenant's, or what the classifier says and the work asks.

import type { Classification } from '../core/classification.js'
import { type Level, levelWithin, type TaskType } from '../core/level.js'
import type { LevelSource } from '../core/route.js'
import type { TenantPolicy } from './policy.js'

/** What decides on the level. */
export interface LevelQuestion {
  /** What the caller says. */
  readonly asked: { readonly level?: Level; readonly taskType?: TaskType }
  readonly tenant: TenantPolicy | undefined
  readonly classification: Classification
  /** A guessed kind of work acts from this confidence on. */
  readonly taskTypeConfidence: number
}

/** The level, and who has said it. */
export interface LevelDecision {
  readonly level: Level
  readonly source: LevelSource
}

/**
 * The request's level, else the tenant's own, else the classifier's, moved by the kind of work where only a guess tells
 * that. The last two stay within the tenant's bounds.
 */
export function decideLevel({
  asked,
  tenant,
  classification,
  taskTypeConfidence,
}: LevelQuestion): LevelDecision {
  if (asked.level !== undefined) return { level: asked.level, source: 'request' }
  const within = (level: Level): Level => levelWithin(level, tenant?.minLevel, tenant?.maxLevel)
  if (tenant?.level !== undefined) return { level: within(tenant.level), source: 'tenant' }
  const isGuess = asked.taskType === undefined && classification.taskTypeConfidence >= taskTypeConfidence
  const { level, taskType } = classification
  return { level: within(isGuess ? movedBy(taskType, level) : level), source: 'classifier' }
}

/** Code and reasoning are never left to the smallest models, and small talk never goes to large ones. */
function movedBy(taskType: TaskType, level: Level): Level {
  switch (taskType) {
    case 'code':
    case 'reasoning':
    case 'math':
      return levelWithin(level, 'moderate')
    case 'chat':
      return levelWithin(level, 'simple', 'moderate')
    default:
      return level
  }
}
