// Says how hard a request is, and what kind of work it asks for.

import type { Classification, ClassifierQuestion } from '../../core/classification.js'
import { estimatePromptTokens } from '../../core/token-estimate.js'

/** How hard a request is. */
export function classify({ messages, tools = [], taskType }: ClassifierQuestion): Classification {
  return {
    level: 'moderate',
    taskType: taskType ?? 'general',
    taskTypeConfidence: taskType === undefined ? 0 : 1,
    score: 0.5,
    confidence: 0,
    reasons: [],
    inputTokens: estimatePromptTokens({ messages, tools }),
  }
}
