// How hard a request is, in four levels, and what kind of work it asks for.

/**
 * How hard a request is. `simple`: a greeting, a look-up, one mechanical step. `moderate`: an explanation, ordinary
 * writing, small routine code. `complex`: several dependent steps, or reasoning over supplied material. `advanced`: expert
 * work in which a mistake is costly and hard to see.
 */
export type Level = 'simple' | 'moderate' | 'complex' | 'advanced'

/** The levels, the easiest first. */
export const levels: readonly Level[] = ['simple', 'moderate', 'complex', 'advanced']

/** The level so many steps harder, or easier where negative; never beyond the ends. */
export function levelFrom(level: Level, steps: number): Level {
  const place = Math.min(levels.length - 1, Math.max(0, levels.indexOf(level) + steps))
  return levels[place] ?? level
}

/** The level, moved into the given bounds. */
export function levelWithin(level: Level, least: Level = 'simple', most: Level = 'advanced'): Level {
  const place = Math.max(levels.indexOf(least), Math.min(levels.indexOf(most), levels.indexOf(level)))
  return levels[place] ?? level
}

/** What kind of work a request asks for. */
export type TaskType =
  | 'chat'
  | 'general'
  | 'question-answering'
  | 'extraction'
  | 'translation'
  | 'summarizing'
  | 'code'
  | 'math'
  | 'reasoning'
  | 'analysis'
  | 'creative'
  | 'agentic'
  | 'web'
  | 'pdf-ocr'

/** All of them. */
export const taskTypes: readonly TaskType[] = [
  'chat',
  'general',
  'question-answering',
  'extraction',
  'translation',
  'summarizing',
  'code',
  'math',
  'reasoning',
  'analysis',
  'creative',
  'agentic',
  'web',
  'pdf-ocr',
]
