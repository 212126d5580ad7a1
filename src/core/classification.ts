// What a classifier says of a request, and what it is asked.

import type { Level, TaskType } from './level.js'
import type { Message, ResponseFormat, Tool } from './message.js'

/** A feature that decided, and how far it moved the level score: up where positive. */
export interface DecidingFeature {
  readonly feature: string
  readonly weight: number
}

/** How hard a request is, and what kind of work. */
export interface Classification {
  readonly level: Level
  readonly taskType: TaskType
  /** From 0 to 1: how sure the kind of work is. 1 where the caller has said it. */
  readonly taskTypeConfidence: number
  /** From 0 to 1: what a strong model is expected to gain over a weak one. It orders requests; the levels are no cuts on it. */
  readonly score: number
  /** From 0 (anyone can do it) to 1: the levels are cuts on it. */
  readonly levelScore: number
  /** From 0 to 1: how far the level score lies from the nearest cut. */
  readonly confidence: number
  /** The features that decided, the weightiest first. */
  readonly reasons: readonly DecidingFeature[]
  /** A guess at the tokens of the whole prompt. */
  readonly inputTokens: number
}

/** What a classifier is asked: the parts of a request that say how hard it is. */
export interface ClassifierQuestion {
  readonly messages: readonly Message[]
  readonly tools?: readonly Tool[] | undefined
  readonly responseFormat?: ResponseFormat | undefined
  /** What the caller says the work is. */
  readonly taskType?: TaskType | undefined
}

/** What an app's own classifier answers. What is missing is filled in by the built-in one. */
export interface ClassifierVerdict {
  readonly level: Level
  readonly taskType?: TaskType
  readonly score?: number
  readonly confidence?: number
}

/**
 * An app's own classifier. One that throws, takes longer than a second, or answers with an unknown level is replaced by
 * the built-in one for that request, with a warning.
 */
export type AppClassifier = (question: ClassifierQuestion) => ClassifierVerdict | Promise<ClassifierVerdict>
