// Says how hard a request is, and what kind of work: rules and a trained score over one bounded reading of it.

import type { Classification, ClassifierQuestion, DecidingFeature } from '../../core/classification.js'
import { levelFrom, levels, type TaskType } from '../../core/level.js'
import { estimatePromptTokens } from '../../core/token-estimate.js'
import { type Cuts, levelAt, usualCuts } from './cuts.js'
import { levelPoints, trainedShift } from './level-points.js'
import { readTurns, type Turns } from './question.js'
import { isSmallTalk, type Judgement, judge, type Surroundings } from './rules.js'
import { Reader, type Sight } from './sight.js'
import { followHabit, type Guess, guessTask } from './task-type.js'
import { TrainedScore } from './trained.js'
import { trainedWeights } from './weights.js'

/** What a caller may know better. */
export interface ClassifyOptions {
  /** @default the cuts matched with people's judgement */
  readonly cuts?: Cuts | undefined
  /** Tokens of the whole prompt, where they have been counted. @default about 4 characters a token */
  readonly inputTokens?: number | undefined
}

/** Levels are a quarter of the level score each. */
const pointsInAll = 4
/** What a kind of work that the caller names moves. */
const namedShift = 0.6
const mostReasons = 6

const raising: readonly TaskType[] = ['code', 'analysis', 'reasoning', 'agentic']
const lowering: readonly TaskType[] = ['chat', 'general']

interface Seen {
  readonly sight: Sight
  readonly judgement: Judgement
  readonly spreads: number
  readonly score: number
}

/** Classifies requests. It holds its vocabulary, decoded on first use, and nothing of any request. */
export class Classifier {
  #reader: Reader | undefined
  #trained: TrainedScore | undefined

  /**
   * How hard a request is. The same question always gets the same answer; nothing is sent anywhere. At most 6,000 characters
   * of the user's last turn are read, so the time does not grow with what is pasted, counting its tokens aside.
   */
  classify(question: ClassifierQuestion, options: ClassifyOptions = {}): Classification {
    const cuts = options.cuts ?? usualCuts
    const turns = readTurns(question)
    const tools = question.tools ?? []
    const around: Surroundings = {
      tools: tools.length,
      hasSchema: question.responseFormat !== undefined && question.responseFormat.type !== 'text',
      hasPictures: turns.hasPictures,
      hasFiles: turns.hasFiles,
    }
    const last = this.#see(turns.last, around)
    const meant = this.#meant(last, turns, around)
    const guess = question.taskType === undefined ? this.#guess(meant, turns, question) : undefined
    const asksSomething = meant.sight.words > 0
    const plain = round(levelPoints(meant.judgement.points, meant.spreads, asksSomething) / pointsInAll)
    const levelScore = shifted(plain, question.taskType, cuts)
    return {
      level: levelAt(levelScore, cuts),
      taskType: question.taskType ?? guess?.taskType ?? 'general',
      taskTypeConfidence: guess?.confidence ?? 1,
      score: round(meant.score),
      levelScore,
      confidence: confidenceOf(levelScore, cuts),
      reasons: reasonsOf(meant, levelScore - plain, meant !== last),
      inputTokens: options.inputTokens ?? estimatePromptTokens(question),
    }
  }

  #see(text: string, around: Surroundings): Seen {
    this.#reader ??= new Reader()
    this.#trained ??= new TrainedScore(trainedWeights)
    const sight = this.#reader.read(text)
    const judgement = judge(sight, around)
    const spreads = this.#trained.spreads(sight)
    return { sight, judgement, spreads, score: this.#trained.ordering(sight, spreads, judgement.points) }
  }

  /** The turn that the last one stands for: itself, or what it says yes to, answers or goes on with. */
  #meant(last: Seen, turns: Turns, around: Surroundings): Seen {
    if (turns.earlier.length === 0 || !leansOn(last, turns)) return last
    for (const text of turns.earlier) {
      const before = this.#see(text, around)
      if (isSmallTalk(before.sight) || isAssent(before.sight)) continue
      return before.judgement.points > last.judgement.points ? before : last
    }
    return last
  }

  #guess(meant: Seen, turns: Turns, question: ClassifierQuestion): Guess {
    const tools = question.tools ?? []
    const guess = guessTask(meant.sight, tools, meant.judgement.points, turns.hasFiles)
    if (turns.earlier.length < 3) return guess
    const none: Surroundings = { tools: 0, hasSchema: false, hasPictures: false, hasFiles: false }
    const before = turns.earlier.map((text) => {
      const { sight, judgement } = this.#see(text, none)
      return guessTask(sight, tools, judgement.points, false)
    })
    return followHabit(guess, before)
  }
}

/** "Yes, go ahead" and its like, and nothing of its own. */
function isAssent({ words, tally }: Sight): boolean {
  if (tally.assent === 0 || words > 14 || tally.farewell > 0) return false
  return tally.thanks === 0 || tally.assent >= 2
}

/** Words without which an answer is too short to be a question of its own. */
const shortFollowUp = 6
const longestAnswer = 25

function leansOn({ sight, judgement }: Seen, turns: Turns): boolean {
  if (isAssent(sight)) return true
  if (isSmallTalk(sight)) return false
  if (turns.isAskedBack) return sight.words <= longestAnswer && sight.questionMarks === 0
  return !judgement.isRecognised && sight.words <= shortFollowUp
}

/** The level score, moved by a kind of work that the caller names: by one level at the most. */
function shifted(levelScore: number, taskType: TaskType | undefined, cuts: Cuts): number {
  if (taskType === undefined) return levelScore
  const step = raising.includes(taskType) ? 1 : lowering.includes(taskType) ? -1 : 0
  if (step === 0) return levelScore
  const target = Math.min(1, Math.max(0, levelScore + (step * namedShift) / pointsInAll))
  const level = levelAt(levelScore, cuts)
  const furthest = levelFrom(level, step)
  const reached = levelAt(target, cuts)
  const isBeyond = (levels.indexOf(reached) - levels.indexOf(furthest)) * step > 0
  if (!isBeyond) return round(target)
  const begins = { simple: 0, ...cuts }
  return step > 0 ? round((begins[furthest] + begins[levelFrom(furthest, 1)]) / 2) : begins[furthest]
}

/** From 0 on a cut to 1 half a usual level away from every one. */
function confidenceOf(levelScore: number, cuts: Cuts): number {
  const distance = Math.min(
    Math.abs(levelScore - cuts.moderate),
    Math.abs(levelScore - cuts.complex),
    Math.abs(levelScore - cuts.advanced),
  )
  return round(Math.min(1, distance * pointsInAll * 2))
}

function reasonsOf(seen: Seen, shift: number, isEarlier: boolean): DecidingFeature[] {
  const reasons: DecidingFeature[] = seen.judgement.reasons.map(({ feature, weight }) => ({
    feature: isEarlier ? `${feature} (in the turn that this one answers)` : feature,
    weight: round(weight / pointsInAll),
  }))
  reasons.push({
    feature: 'like prompts that strong models gain on',
    weight: round(trainedShift(seen.spreads, seen.sight.words > 0) / pointsInAll),
  })
  if (shift !== 0) reasons.push({ feature: 'the kind of work that the caller names', weight: round(shift) })
  return reasons
    .filter(({ weight }) => weight !== 0)
    .sort((one, other) => Math.abs(other.weight) - Math.abs(one.weight))
    .slice(0, mostReasons)
}

function round(share: number): number {
  return Math.round(share * 10_000) / 10_000
}
