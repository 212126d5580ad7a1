// A fetched table of prices as a text that outlasts its process: what of the table is kept, and where.

import type { Clock } from '../core/clock.js'

/** Keeps one text, for other processes and the next start. */
export interface TextKeeper {
  read(): Promise<string | undefined>
  write(text: string): Promise<void>
}

/** A table as it is kept. Nothing but the moment is checked: whoever reads the table believes nothing of it. */
export interface KeptTable {
  /** In milliseconds since 1970. */
  readonly fetchedAt: number
  /** The fingerprint of the table that came with the package which fetched this one. */
  readonly beside: string
  readonly table: unknown
}

/** A longer text is no table of ours: the real one has about 200 KB. */
const longestText = 8 * 1024 * 1024

/** A keeper that does not answer is left alone: prices are to be had without it. */
const patienceMs = 5_000

/** Puts fetched tables with a keeper and takes them from there. Whatever the keeper does, that fails nobody. */
export class TableShelf {
  readonly #keeper: TextKeeper
  readonly #clock: Clock
  /** What was taken last. */
  #known: string | undefined

  constructor(keeper: TextKeeper, clock: Clock) {
    this.#keeper = keeper
    this.#clock = clock
  }

  /** Keeps a table, where the keeper can take it. */
  async put(kept: KeptTable): Promise<void> {
    await this.#within(async () => this.#keeper.write(JSON.stringify(kept)))
  }

  /** The table that is kept; `undefined` where there is none, none that can be read, or the one that was taken before. */
  async take(): Promise<KeptTable | undefined> {
    const text = await this.#within(() => this.#keeper.read())
    if (typeof text !== 'string' || text === this.#known || text.length > longestText) return undefined
    this.#known = text
    return keptTable(text)
  }

  /** What comes of the work in time; `undefined` where it fails or takes too long. */
  async #within<Result>(work: () => Promise<Result>): Promise<Result | undefined> {
    let cancel = (): void => undefined
    const silence = new Promise<undefined>((resolve) => {
      cancel = this.#clock.timer(patienceMs, () => resolve(undefined))
    })
    const done = (async () => work())().catch(() => undefined)
    try {
      return await Promise.race([done, silence])
    } finally {
      cancel()
    }
  }
}

/** The part of a table that prices are read from: about two thirds, and a fraction of what is published. */
export function neededPart(value: unknown, sources: ReadonlySet<string>): unknown {
  if (!Array.isArray(value)) return value
  return value
    .filter((provider) => sources.has(provider?.id))
    .map(({ id, models }) => ({ id, models: Array.isArray(models) ? models.map(neededOfModel) : models }))
}

function neededOfModel(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  const { id, match, prices, context_window } = value as Readonly<Record<string, unknown>> // just checked
  return { id, match, prices, context_window }
}

function keptTable(text: string): KeptTable | undefined {
  try {
    const { fetchedAt, beside, table } = JSON.parse(text)
    if (!Number.isSafeInteger(fetchedAt) || typeof beside !== 'string') return undefined
    return { fetchedAt, beside, table }
  } catch {
    return undefined
  }
}
