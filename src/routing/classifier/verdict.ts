// Checks what an app's own classifier answers.

import type { ClassifierVerdict } from '../../core/classification.js'
import { levels, taskTypes } from '../../core/level.js'

/** The verdict without anything else it carries, or `undefined` where it is none: no object, an unknown level or kind of work, a number outside 0 to 1. */
export function checkVerdict(value: unknown): ClassifierVerdict | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { level, taskType, score, confidence } = value as Record<string, unknown> // each is checked below
  const knownLevel = levels.find((each) => each === level)
  const knownType = taskTypes.find((each) => each === taskType)
  if (knownLevel === undefined || (taskType !== undefined && knownType === undefined)) return undefined
  if (!isShare(score) || !isShare(confidence)) return undefined
  return {
    level: knownLevel,
    ...(knownType !== undefined && { taskType: knownType }),
    ...(score !== undefined && { score }),
    ...(confidence !== undefined && { confidence }),
  }
}

function isShare(value: unknown): value is number | undefined {
  return value === undefined || (typeof value === 'number' && value >= 0 && value <= 1)
}
