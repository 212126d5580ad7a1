// Says in Anthropic's words how hard the model shall think.

import type { ReasoningSetting } from '../../core/message.js'
import { levelOfTokens, type ReasoningLevel } from '../reasoning-level.js'
import type { EncodingNotes } from './notes.js'
import type { MessagesModelTraits } from './quirks.js'

/** The two fields that thinking is asked for with. */
export interface ThinkingFields {
  readonly thinking?: Readonly<Record<string, unknown>>
  readonly effort?: 'low' | 'medium' | 'high'
}

/** What else in the request decides whether the model can think. */
export interface ThinkingScene {
  readonly model: string
  readonly traits: MessagesModelTraits
  readonly maxTokens: number
  /** The request demands a tool call. */
  readonly forcesTool: boolean
  /** The history ends in results of calls that the model made without thinking first. */
  readonly continuesPlainTurn: boolean
}

type Level = Exclude<ReasoningLevel, 'none'>

/** The smallest budget that is taken, and what is left to the answer where a budget has to shrink. */
const leastTokens = 1024
const budgets: Readonly<Record<Level, number>> = { minimal: 1024, low: 2048, medium: 8192, high: 16_384 }
const efforts = { minimal: 'low', low: 'low', medium: 'medium', high: 'high' } as const

/** The fields for a `reasoning` option; empty where the caller set none. */
export function thinkingFields(
  reasoning: ReasoningSetting | undefined,
  scene: ThinkingScene,
  notes: EncodingNotes,
): ThinkingFields {
  if (reasoning === undefined) return {}
  const { thinking } = scene.traits
  if (reasoning === 'none' || reasoning === 0) return withoutThinking(scene, notes)
  if (thinking === 'none') {
    notes.unsupported('reasoning', `"${scene.model}" cannot think before it answers.`)
    return {}
  }
  const takesBudget = thinking === 'budget' || (thinking === 'both' && typeof reasoning === 'number')
  return takesBudget ? budgetFields(reasoning, scene, notes) : effortFields(reasoning, scene, notes)
}

/** True where the fields switch thinking on. */
export function isThinking(fields: ThinkingFields): boolean {
  const type = fields.thinking?.type
  return type === 'enabled' || type === 'adaptive'
}

function withoutThinking({ model, traits }: ThinkingScene, notes: EncodingNotes): ThinkingFields {
  if (traits.thinking === 'none') return {}
  if (traits.thinkingOff !== null) return { thinking: { type: traits.thinkingOff } }
  notes.unsupported('reasoning', `"${model}" always thinks before it answers.`)
  return {}
}

function budgetFields(reasoning: Level | number, scene: ThinkingScene, notes: EncodingNotes): ThinkingFields {
  const { maxTokens, forcesTool, continuesPlainTurn } = scene
  if (forcesTool) {
    notes.unsupported('reasoning', 'Thinking was left out: it cannot be combined with a demanded tool call.')
    return {}
  }
  if (continuesPlainTurn) {
    notes.unsupported(
      'reasoning',
      'Thinking was left out: it cannot begin between a tool call and what follows its result.',
    )
    return {}
  }
  const budget = typeof reasoning === 'number' ? reasoning : budgets[reasoning]
  const largest = maxTokens - leastTokens >= leastTokens ? maxTokens - leastTokens : leastTokens
  const sent = budget < maxTokens ? budget : largest
  if (sent < leastTokens || sent >= maxTokens) {
    const why = `needs at least ${leastTokens} tokens, and fewer than the ${maxTokens} of the whole answer`
    notes.unsupported('reasoning', `Thinking was left out: it ${why}.`)
    return {}
  }
  if (sent !== budget && typeof reasoning === 'number') {
    notes.unsupported('reasoning', `Thinking got ${sent} tokens, so that the answer fits into ${maxTokens}.`)
  }
  return { thinking: { type: 'enabled', budget_tokens: sent } }
}

function effortFields(reasoning: Level | number, scene: ThinkingScene, notes: EncodingNotes): ThinkingFields {
  const level = typeof reasoning === 'number' ? levelOfTokens(reasoning) : reasoning
  const effort = efforts[level]
  if (typeof reasoning === 'number') {
    notes.unsupported(
      'reasoning',
      `"${scene.model}" takes no number of reasoning tokens; it was asked for the effort "${effort}".`,
    )
  }
  if (scene.forcesTool) {
    // A model that thinks by default skips it by itself here; asked for both it answers 400.
    notes.unsupported('reasoning', 'Thinking was left out: it cannot be combined with a demanded tool call.')
    return { effort }
  }
  // Asked to think, a model that hides its thinking by default shall show it: callers read it as reasoning.
  const display = scene.traits.thinkingHidden ? { display: 'summarized' } : {}
  return { thinking: { type: 'adaptive', ...display }, effort }
}
