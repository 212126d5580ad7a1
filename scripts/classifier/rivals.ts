// What the classifier is compared with: the length of the prompt, and a keyword heuristic of the usual kind.

import type { Level } from '../../src/core/level.js'

/** A way to judge a prompt without a model. */
export interface Rival {
  readonly name: string
  score(prompt: string): number
  level(prompt: string): Level
}

function levelBy(score: number, [moderate, complex, advanced]: readonly [number, number, number]): Level {
  if (score >= advanced) return 'advanced'
  if (score >= complex) return 'complex'
  return score >= moderate ? 'moderate' : 'simple'
}

/** The longer, the harder. */
export const promptLength: Rival = {
  name: 'prompt length',
  score: (prompt) => prompt.length,
  level: (prompt) => levelBy(prompt.length, [100, 400, 1_600]),
}

const keywords: readonly (readonly [number, readonly string[]])[] = [
  [
    3,
    [
      'prove',
      'proof',
      'theorem',
      'architecture',
      'distributed',
      'vulnerab',
      'research',
      'security',
      'scalab',
    ],
  ],
  [
    2,
    [
      'analyze',
      'analyse',
      'debug',
      'refactor',
      'optimize',
      'algorithm',
      'integral',
      'derive',
      'evaluate',
      'design',
    ],
  ],
  [2, ['step by step', 'trade-off', 'why', 'reason', 'complex', 'sql', 'equation', 'calculate']],
  [
    1,
    [
      'explain',
      'compare',
      'describe',
      'write',
      'summarize',
      'summarise',
      'implement',
      'plan',
      'code',
      'function',
    ],
  ],
  [1, ['class ', 'return', 'import', 'let ', 'print', '```']],
  [-1, ['what is', 'who is', 'when', 'where', 'translate', 'thanks', 'hello', 'define', 'list']],
]

function keywordScore(prompt: string): number {
  const text = prompt.toLowerCase()
  let score = Math.min(3, text.length / 600)
  for (const [weight, words] of keywords) for (const word of words) if (text.includes(word)) score += weight
  return score
}

/** Lists of words with points, and points for length, as routers that need no training do it. */
export const keywordHeuristic: Rival = {
  name: 'keywords and length',
  score: keywordScore,
  level: (prompt) => levelBy(keywordScore(prompt), [0.9, 2.5, 5]),
}
