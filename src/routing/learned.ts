// Learns from what became of requests which models do better or worse than the catalogue says, within bounds.

import type { CancelTimer, Clock } from '../core/clock.js'
import type { Level, TaskType } from '../core/level.js'
import type { Store } from '../core/store.js'
import {
  addTo,
  type Counts,
  mostKept,
  noCounts,
  partsOf,
  placeIn,
  sumOf,
  type Tally,
  tallyOf,
  taskTypeOf,
  textOf,
} from './learned-counts.js'

/** What became of a request with a model. */
export interface Outcome {
  /** `provider/model`. */
  readonly model: string
  readonly taskType: TaskType
  readonly level: Level
  /** `escalated` is said besides `answered`, of an answer that was given up for that of a stronger model. */
  readonly what: 'answered' | 'failed' | 'escalated'
  /** Of an answer, in milliseconds. */
  readonly latencyMs?: number
}

/** What was learned of a model, and what follows. */
export interface LearnedModel {
  readonly model: string
  readonly taskType: TaskType
  readonly level: Level
  readonly answered: number
  readonly failed: number
  readonly escalated: number
  /** The geometric mean. Absent where no duration is known. */
  readonly meanLatencyMs?: number
  /** By which its rank is multiplied: from 0.7 to 1.3. */
  readonly factor: number
}

/** What learning stands on. */
export interface LearningSurroundings {
  readonly clock: Clock
  /** Where it is kept. It may fail, and should not hang. */
  readonly store: Pick<Store, 'get' | 'set' | 'list'>
  /** Hears that the store could not be used. */
  readonly onTrouble: (error: unknown) => void
}

/** The counts of one kind of work and level by model, and the durations of all of them together. */
interface View {
  readonly models: Map<string, Counts>
  readonly all: Counts
}

const collection = 'learned'

/** What nothing is known of counts as this many requests that went as usual. */
const priorRequests = 20
/** The share of requests that usually end in an answer which stands. */
const usualSuccess = 0.9
/** Twice as slow as the others costs about 7 %. */
const weightOfSpeed = 0.1
const leastFactor = 0.7
const mostFactor = 1.3

const writtenAfterMs = 30_000
const waitForStoreMs = 250
const mostTurns = 20

/**
 * Counts outcomes by kind of work, level and model, and makes a factor of them. Only numbers are kept, over all tenants:
 * nothing of a prompt or an answer. Several processes that share a store add to the same counts.
 */
export class Learned {
  readonly #surroundings: LearningSurroundings
  /** All that is known, with what is not written yet. */
  readonly #known = new Map<TaskType, Tally>()
  /** What is not written yet. */
  readonly #unwritten = new Map<TaskType, Tally>()
  /** What is known, by kind of work and level, as ranking asks for it; made anew once the store was read. */
  readonly #views = new Map<string, View>()
  #loading: Promise<void> | undefined
  /** Reads and writes come one after another: what is being written is in no tally that is not. */
  #last: Promise<void> = Promise.resolve()
  #cancelTimer: CancelTimer | undefined

  constructor(surroundings: LearningSurroundings) {
    this.#surroundings = surroundings
  }

  /**
   * By what the rank of a model is multiplied: 1 where nothing is known, never below 0.7 or above 1.3. So a model is never
   * overtaken by one that the catalogue ranks less than 0.7/1.3 of it, and none is added or left out.
   */
  factor(model: string, taskType: TaskType, level: Level): number {
    return this.factors(taskType, level)(model)
  }

  /** The same for many models, which is quicker. */
  factors(taskType: TaskType, level: Level): (model: string) => number {
    const { models, all } = this.#view(taskType, level)
    return (model) => {
      const counts = models.get(model)
      if (counts === undefined) return 1
      const factor = successFactor(counts) * speedFactor(counts, all)
      return Math.min(mostFactor, Math.max(leastFactor, factor))
    }
  }

  /** Counts an outcome. It is written within half a minute, or by `flush`. */
  note({ model, taskType, level, what, latencyMs }: Outcome): void {
    const added = { ...noCounts(), [what]: 1 }
    if (latencyMs !== undefined) {
      added.timed = 1
      added.logMsSum = Math.log(Math.max(1, latencyMs))
    }
    const place = placeIn(level, model)
    for (const tallies of [this.#known, this.#unwritten]) {
      const tally: Tally = tallies.get(taskType) ?? new Map()
      if (tally.size < mostKept || tally.has(place)) addTo(tally, place, added)
      tallies.set(taskType, tally)
    }
    const counts = this.#known.get(taskType)?.get(place)
    const view = this.#views.get(placeIn(level, taskType))
    if (counts !== undefined && view !== undefined) {
      view.models.set(model, counts)
      view.all.timed += added.timed
      view.all.logMsSum += added.logMsSum
    }
    this.#cancelTimer ??= this.#surroundings.clock.timer(writtenAfterMs, () => void this.flush())
  }

  /** What was learned, by kind of work, level and model. */
  explain(): LearnedModel[] {
    const rows: LearnedModel[] = []
    for (const [taskType, tally] of this.#known) {
      for (const [place, { answered, failed, escalated, timed, logMsSum }] of tally) {
        const { level, model } = partsOf(place) ?? {}
        if (level === undefined || model === undefined) continue
        rows.push({
          model,
          taskType,
          level,
          answered,
          failed,
          escalated,
          ...(timed === 0 ? {} : { meanLatencyMs: Math.exp(logMsSum / timed) }),
          factor: this.factor(model, taskType, level),
        })
      }
    }
    return rows.sort((one, other) => (sortedBy(one) < sortedBy(other) ? -1 : 1))
  }

  /** The same, once it was read what is kept. */
  async known(): Promise<LearnedModel[]> {
    await this.load()
    return this.explain()
  }

  /** Reads what is kept, once. Never rejects, and waits a quarter of a second at the most: until it is there, factors are 1. */
  load(): Promise<void> {
    this.#loading ??= this.#read()
    return this.#loading
  }

  /** Writes what is not written yet. Never rejects: what cannot be written is tried again later. */
  flush(): Promise<void> {
    this.#cancelTimer?.()
    this.#cancelTimer = undefined
    return this.#inTurn(() => this.#write())
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    this.#last = this.#last.then(work).catch(this.#surroundings.onTrouble)
    return this.#last
  }

  async #read(): Promise<void> {
    const { clock, store } = this.#surroundings
    let cancel: CancelTimer | undefined
    const patience = new Promise<void>((resolve) => {
      cancel = clock.timer(waitForStoreMs, resolve)
    })
    const reading = this.#inTurn(async () => {
      for (const { key, value } of await store.list(collection)) {
        const taskType = taskTypeOf(key)
        if (taskType !== undefined) this.#take(taskType, tallyOf(value))
      }
    })
    await Promise.race([reading, patience])
    cancel?.()
  }

  async #write(): Promise<void> {
    for (const [taskType, tally] of [...this.#unwritten]) {
      this.#unwritten.delete(taskType)
      try {
        await this.#add(taskType, tally)
      } catch (error) {
        this.#unwritten.set(taskType, sumOf(tally, this.#unwritten.get(taskType) ?? new Map()))
        throw error
      }
    }
  }

  /** Adds to what stands in the store, also where others add to it at the same time. */
  async #add(taskType: TaskType, tally: Tally): Promise<void> {
    const { store } = this.#surroundings
    for (let turn = 0; turn < mostTurns; turn += 1) {
      const stored = await store.get(collection, taskType)
      const sum = sumOf(tallyOf(stored?.value), tally)
      const version = await store.set(collection, taskType, textOf(sum), stored?.version ?? 0)
      if (version === undefined) continue
      this.#take(taskType, sum)
      return
    }
    throw new Error('Others kept changing what was learned.')
  }

  /** What stands in the store, and on it what is not written yet. */
  #take(taskType: TaskType, stored: Tally): void {
    this.#known.set(taskType, sumOf(stored, this.#unwritten.get(taskType) ?? new Map()))
    this.#views.clear()
  }

  #view(taskType: TaskType, level: Level): View {
    const name = placeIn(level, taskType)
    const made = this.#views.get(name)
    if (made !== undefined) return made
    const view: View = { models: new Map(), all: noCounts() }
    for (const [place, counts] of this.#known.get(taskType) ?? []) {
      const { level: itsLevel, model } = partsOf(place) ?? {}
      if (itsLevel !== level || model === undefined) continue
      view.models.set(model, counts)
      view.all.timed += counts.timed
      view.all.logMsSum += counts.logMsSum
    }
    this.#views.set(name, view)
    return view
  }
}

/** How many answers stood, against what is usual; few requests say little. */
function successFactor({ answered, failed, escalated }: Counts): number {
  const stood = Math.max(0, answered - escalated)
  const share = (stood + priorRequests * usualSuccess) / (answered + failed + priorRequests)
  return share / usualSuccess
}

/** How long answers took, against those of the other models on the same work; few of either say little. */
function speedFactor({ timed, logMsSum }: Counts, all: Counts): number {
  const others = all.timed - timed
  const least = Math.min(timed, others)
  if (least <= 0) return 1
  const slower = logMsSum / timed - (all.logMsSum - logMsSum) / others
  return Math.exp(-weightOfSpeed * slower * (least / (least + priorRequests)))
}

function sortedBy({ taskType, level, model }: LearnedModel): string {
  return `${taskType} ${placeIn(level, model)}`
}
