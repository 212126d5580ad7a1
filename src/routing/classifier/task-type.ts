// Guesses what kind of work a request is, from its words and from the tools that are offered.

import type { TaskType } from '../../core/level.js'
import type { Tool } from '../../core/message.js'
import type { Sight } from './sight.js'

/** A kind of work, and how sure it is. */
export interface Guess {
  readonly taskType: TaskType
  readonly confidence: number
}

type Votes = Partial<Record<TaskType, number>>

/** Words in the names of tools, by the work that they are for. */
const toolWords: readonly (readonly [TaskType, readonly string[]])[] = [
  ['web', ['search', 'browse', 'browser', 'web', 'url', 'crawl', 'navigate', 'click', 'scrape']],
  [
    'code',
    [
      'code',
      'python',
      'shell',
      'bash',
      'terminal',
      'exec',
      'execute',
      'repl',
      'git',
      'edit',
      'patch',
      'compile',
      'lint',
      'grep',
    ],
  ],
  ['analysis', ['sql', 'query', 'chart', 'plot', 'dataframe', 'spreadsheet', 'statistics']],
]

/** Guesses the kind of work. `points` are those of the rules. */
export function guessTask(sight: Sight, tools: readonly Tool[], points: number, hasFiles: boolean): Guess {
  const votes = votesOf(sight, points, hasFiles)
  for (const tool of tools) addTool(tool, votes)
  if (tools.length > 0) votes.agentic = (votes.agentic ?? 0) + 0.3
  let best: TaskType = 'general'
  let most = 0
  let total = 0.4
  for (const [name, vote] of Object.entries(votes) as [TaskType, number][]) {
    // the keys of Votes
    total += Math.max(0, vote)
    if (vote > most) [best, most] = [name, vote]
  }
  return most === 0
    ? { taskType: 'general', confidence: 0.2 }
    : { taskType: best, confidence: round(most / total) }
}

/** Three equal guesses before make the same again likelier than a weak guess of something else. */
export function followHabit(guess: Guess, before: readonly Guess[]): Guess {
  const [first, second, third] = before
  if (first === undefined || second?.taskType !== first.taskType || third?.taskType !== first.taskType)
    return guess
  const habit = first.taskType
  if (guess.taskType === habit)
    return { taskType: habit, confidence: round(Math.min(1, guess.confidence + 0.2)) }
  return guess.confidence >= 0.6
    ? guess
    : { taskType: habit, confidence: round(Math.min(0.8, guess.confidence + 0.2)) }
}

function votesOf(sight: Sight, points: number, hasFiles: boolean): Votes {
  const { tally } = sight
  const isProse = tally.prose + tally.creative > 0
  const isCode = sight.hasCode || tally.language > 0 || sight.inlineCode > 0
  const codeWork = tally.debug + tally.rework + tally.review + tally.write + tally.code
  const votes: Votes = {
    translation: tally.translate > 0 ? 3 : 0,
    summarizing: tally.summarise > 0 ? 2 : 0,
    extraction: tally.extract + tally.convert > 0 ? 1.6 : 0,
    code:
      (sight.hasCode ? 1.6 : 0) +
      (tally.language > 0 ? 1.2 : 0) +
      (isCode ? Math.min(2, codeWork) * 0.8 : Math.min(1, tally.code) * 0.6),
    math:
      Math.min(2, tally.maths) * (isCode ? 0.3 : 0.9) +
      (tally.solve > 0 && sight.numbers > 0 ? 1 : 0) +
      (sight.formulaSigns > 2 && !isCode ? 0.6 : 0),
    reasoning:
      (tally.proof > 0 ? 1.8 : 0) +
      (tally.puzzle >= 2 ? 1.8 : 0) +
      (tally.expert > 0 ? 0.4 : 0) +
      (tally.conflict > 0 ? 0.7 : 0),
    analysis:
      Math.min(2, tally.analyse) * 0.9 +
      (tally.compare > 0 ? 1 : 0) +
      (sight.hasData && tally.why > 0 ? 0.8 : 0) +
      (tally.architecture + tally.security > 1 ? 0.8 : 0),
    creative:
      (tally.creative > 0 ? 1.6 : 0) +
      (isProse && tally.write > 0 ? 1.2 : 0) +
      (tally.polishText > 0 ? 0.8 : 0),
    'question-answering':
      (tally.fact + tally.why > 0 ? 0.8 : 0) +
      (tally.explain > 0 ? 0.8 : 0) +
      (sight.questionMarks > 0 ? 0.3 : 0) -
      (isCode ? 0.6 : sight.numbers > 1 ? 0.3 : 0),
    chat: points < 0.3 ? 2.5 : tally.greeting > 0 ? 0.4 : 0,
    general: tally.plan + tally.recommend > 0 ? 0.9 : 0,
    'pdf-ocr': hasFiles ? 0.9 : 0,
  }
  return votes
}

function addTool(tool: Tool, votes: Votes): void {
  const name = tool.type === 'custom' ? tool.custom.name : tool.function.name
  const words = name
    .slice(0, 64)
    .replaceAll(/[A-Z]/g, (letter) => ` ${letter}`)
    .toLowerCase()
    .split(/[^a-z]/)
  for (const [taskType, known] of toolWords)
    if (words.some((word) => known.includes(word)))
      votes[taskType] = Math.min(2.4, (votes[taskType] ?? 0) + 1)
}

function round(confidence: number): number {
  return Math.round(confidence * 1_000) / 1_000
}
