// A model that might answer, with what is known of it in a form that hundreds can be gone through for each request.

import type { ModelInfo, WorkKind } from '../core/model-info.js'
import { type ModelReference, nameOf } from './model-reference.js'

/** What a request can ask of a model, as bits. */
export const ability = {
  tools: 1,
  structuredOutput: 2,
  vision: 4,
  documents: 8,
  audio: 16,
  reasoning: 32,
} as const

/** What the abilities are called in reasons and errors. */
const words: ReadonlyMap<number, string> = new Map([
  [ability.tools, 'tools'],
  [ability.structuredOutput, 'structured output'],
  [ability.vision, 'vision'],
  [ability.documents, 'documents'],
  [ability.audio, 'audio'],
  [ability.reasoning, 'reasoning'],
])

/** What a model counts as that nobody has rated. */
export const unknownQuality = 70

/** A model that might answer. Made once a handler; nothing in it belongs to a request. */
export interface Contender extends ModelReference {
  /** `provider/model`. */
  readonly name: string
  /** Absent: nothing is known of it. */
  readonly info: ModelInfo | undefined
  /** The abilities that it is known to have. */
  readonly abilities: number
  /** From 0 to 100, for every kind of work. */
  readonly quality: Readonly<Record<WorkKind, number>>
  readonly isQualityKnown: boolean
  readonly quotaWeight: number
}

/** A contender from its row of the catalogue, or without one. */
export function contenderOf(reference: ModelReference, info: ModelInfo | undefined): Contender {
  const { provider, model } = reference
  return {
    provider,
    model,
    name: nameOf(reference),
    info,
    abilities: abilitiesOf(info),
    quality: qualityOf(info),
    isQualityKnown: info?.quality !== undefined && Object.keys(info.quality).length > 0,
    quotaWeight: info?.quotaWeight ?? 1,
  }
}

/** By provider and model: the order in which equals are asked. */
export function inNameOrder(contenders: readonly Contender[]): Contender[] {
  return [...contenders].sort((left, right) => (left.name < right.name ? -1 : left.name > right.name ? 1 : 0))
}

/** The abilities in words: `vision and tools`. */
export function abilityWords(bits: number): string {
  return [...words].flatMap(([bit, word]) => ((bits & bit) === 0 ? [] : [word])).join(' and ')
}

function abilitiesOf(info: ModelInfo | undefined): number {
  const { tools, structuredOutput, reasoning } = info?.abilities ?? {}
  const reads = (modality: NonNullable<ModelInfo['input']>[number]): boolean =>
    info?.input?.includes(modality) === true
  return (
    (tools ? ability.tools : 0) |
    (structuredOutput ? ability.structuredOutput : 0) |
    (reads('image') ? ability.vision : 0) |
    (reads('document') ? ability.documents : 0) |
    (reads('audio') ? ability.audio : 0) |
    (reasoning ? ability.reasoning : 0)
  )
}

/** A kind that is not rated counts as the work in general does. */
function qualityOf(info: ModelInfo | undefined): Readonly<Record<WorkKind, number>> {
  const rated = info?.quality ?? {}
  const known = Object.values(rated).filter((value) => value !== undefined)
  const mean = known.reduce((sum, value) => sum + value, 0) / known.length
  const general = rated.general ?? (known.length === 0 ? unknownQuality : mean)
  return {
    general,
    hard: rated.hard ?? general,
    coding: rated.coding ?? general,
    math: rated.math ?? general,
    instruction: rated.instruction ?? general,
    creative: rated.creative ?? general,
    multiTurn: rated.multiTurn ?? general,
    long: rated.long ?? general,
  }
}
