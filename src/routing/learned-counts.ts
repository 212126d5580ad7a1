// What is counted of earlier requests with a model, and the text in which it is kept.

import { type Level, levels, type TaskType, taskTypes } from '../core/level.js'

/** Counts of one model at one level of one kind of work. They may be fractions, once old ones have faded. */
export interface Counts {
  answered: number
  failed: number
  /** Of those answered, the ones whose answer was given up for that of a stronger model. */
  escalated: number
  /** How many durations there were, and the sum of their natural logarithms, in milliseconds. */
  timed: number
  logMsSum: number
}

/** Counts by level and model, of one kind of work. */
export type Tally = Map<string, Counts>

/** Beyond so many observations the old ones fade, so that a model which has changed is seen anew. */
const mostObservations = 1_000

/** So many are kept of one kind of work: the most observed. */
export const mostKept = 1_000

const fields = ['answered', 'failed', 'escalated', 'timed', 'logMsSum'] as const

/** Where the counts of a model stand in a tally. */
export function placeIn(level: Level, model: string): string {
  return `${level} ${model}`
}

/** The level and the model of a place. */
export function partsOf(place: string): { readonly level: Level; readonly model: string } | undefined {
  const space = place.indexOf(' ')
  const level = levels.find((known) => known === place.slice(0, space))
  const model = place.slice(space + 1)
  return level === undefined || model === '' || model.length > 400 ? undefined : { level, model }
}

/** The kind of work that a kept text is about. */
export function taskTypeOf(key: string): TaskType | undefined {
  return taskTypes.find((known) => known === key)
}

/** No counts. */
export function noCounts(): Counts {
  return { answered: 0, failed: 0, escalated: 0, timed: 0, logMsSum: 0 }
}

/** Adds counts to a tally. */
export function addTo(tally: Tally, place: string, added: Readonly<Counts>): void {
  const counts = tally.get(place) ?? noCounts()
  for (const field of fields) counts[field] += added[field]
  tally.set(place, counts)
}

/** Two tallies together, with what is old faded, and what is rare left out where there is too much. */
export function sumOf(...tallies: readonly Tally[]): Tally {
  const sum: Tally = new Map()
  for (const tally of tallies) for (const [place, counts] of tally) addTo(sum, place, counts)
  for (const counts of sum.values()) fade(counts)
  if (sum.size <= mostKept) return sum
  const kept = [...sum].sort(
    ([one, a], [other, b]) => observed(b) - observed(a) || (one < other ? -1 : 1), // no two are the same
  )
  return new Map(kept.slice(0, mostKept))
}

function fade(counts: Counts): void {
  const share = mostObservations / observed(counts)
  if (share < 1) for (const field of fields) counts[field] *= share
}

function observed({ answered, failed }: Counts): number {
  return answered + failed
}

/** The text of a tally. There is nothing in it but names of models and numbers. */
export function textOf(tally: Tally): string {
  const rows = [...tally].map(([place, counts]) => [
    place,
    ...fields.map((field) => Math.round(counts[field] * 1_000) / 1_000),
  ])
  return JSON.stringify({ version: 1, rows })
}

/** The tally of a text. What cannot be understood is left out. */
export function tallyOf(text: string | undefined): Tally {
  const tally: Tally = new Map()
  for (const row of rowsOf(text)) {
    if (!Array.isArray(row) || row.length !== fields.length + 1) continue
    const [place, ...numbers]: unknown[] = row
    if (typeof place !== 'string' || partsOf(place) === undefined || !numbers.every(isCount)) continue
    const counts = noCounts()
    for (const [index, field] of fields.entries()) counts[field] = numbers[index] ?? 0
    tally.set(place, counts)
  }
  return sumOf(tally)
}

function rowsOf(text: string | undefined): readonly unknown[] {
  if (text === undefined) return []
  try {
    const parsed: unknown = JSON.parse(text)
    const isOurs = typeof parsed === 'object' && parsed !== null && 'rows' in parsed && 'version' in parsed
    return isOurs && parsed.version === 1 && Array.isArray(parsed.rows) ? parsed.rows : []
  } catch {
    return [] // somebody else's text, or half of one: begun anew
  }
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0
}
