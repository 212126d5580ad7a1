// One line of a table of spend, for the terminal and for the page.

import { completionTokens, promptTokens } from '../core/usage.js'
import type { UsageFigures } from '../cost/usage-figures.js'
import type { UsageGroup } from '../cost/usage-groups.js'

/** What a tenant, a model or a day came to. */
export interface SpendRow {
  /** `null` where the records name none. */
  readonly name: string | null
  readonly calls: number
  readonly failures: number
  readonly inputTokens: number
  readonly outputTokens: number
  readonly knownUsd: number
  readonly unknownPriceCalls: number
}

/** The line of one group, or of the total. */
export function spendRow(name: string | null, figures: UsageFigures): SpendRow {
  const { calls, failures, usage, knownUsd, unknownPriceCalls } = figures
  return {
    name,
    calls,
    failures,
    inputTokens: promptTokens(usage),
    outputTokens: completionTokens(usage),
    knownUsd,
    unknownPriceCalls,
  }
}

/** `provider/model` of a group by both. */
export function modelName({ by }: UsageGroup): string {
  return `${by.provider}/${by.model}`
}

/** The first rows, and the others as one; `rest` is how many those are, 0 where there is room for all. */
export function foldRows(
  rows: readonly SpendRow[],
  most: number,
): { readonly shown: readonly SpendRow[]; readonly others?: SpendRow; readonly rest: number } {
  if (rows.length <= most) return { shown: rows, rest: 0 }
  const rest = rows.slice(most - 1)
  return { shown: rows.slice(0, most - 1), others: rest.reduce(together), rest: rest.length }
}

function together(left: SpendRow, right: SpendRow): SpendRow {
  return {
    name: null,
    calls: left.calls + right.calls,
    failures: left.failures + right.failures,
    inputTokens: left.inputTokens + right.inputTokens,
    outputTokens: left.outputTokens + right.outputTokens,
    knownUsd: left.knownUsd + right.knownUsd,
    unknownPriceCalls: left.unknownPriceCalls + right.unknownPriceCalls,
  }
}
