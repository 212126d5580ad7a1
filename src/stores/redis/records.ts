// Usage records read from Redis page by page, newest first, from one partition or merged from many.

import { isMeant, type RecordFilter, type UsageRecord } from '../../core/usage-record.js'

/** Which records of a partition are wanted: those between two scores, `offset` of them left out. */
export interface PageQuestion {
  readonly most: string
  readonly least: string
  readonly offset: number
  readonly count: number
}

/** Records with their times, newest first. */
export type Page = readonly (readonly [at: number, record: UsageRecord])[]

/** Asks one partition for a page. */
export type ReadPage = (question: PageQuestion) => Promise<Page>

/**
 * What a partition holds of the records that are meant, newest first. Only one page is in memory. What is written
 * meanwhile may be missing; nothing comes twice.
 */
export async function* readPages(
  readPage: ReadPage,
  filter: RecordFilter,
  count: number,
): AsyncGenerator<UsageRecord> {
  const least = String(filter.from ?? '-inf')
  let most = filter.to === undefined ? '+inf' : `(${filter.to}`
  let offset = 0
  // Pages begin again at the time where the last one ended, behind what was read of that time.
  let seen = new Set<string>()
  for (;;) {
    const page = await readPage({ most, least, offset, count })
    for (const [at, record] of page) {
      if (String(at) !== most) {
        most = String(at)
        offset = 0
        seen = new Set()
      }
      offset += 1
      if (seen.has(record.id)) continue
      seen.add(record.id)
      if (isMeant(record, filter)) yield record
    }
    if (page.length < count) return
  }
}

/** Several sequences that are newest first, as one. */
export async function* mergeNewestFirst(
  sources: readonly AsyncGenerator<UsageRecord>[],
): AsyncGenerator<UsageRecord> {
  try {
    const heads = await Promise.all(sources.map((source) => source.next()))
    for (;;) {
      let newest: { readonly index: number; readonly record: UsageRecord } | undefined
      for (const [index, head] of heads.entries()) {
        if (head.done !== true && (newest === undefined || head.value.at > newest.record.at))
          newest = { index, record: head.value }
      }
      const source = newest && sources[newest.index]
      if (newest === undefined || source === undefined) return
      yield newest.record
      heads[newest.index] = await source.next()
    }
  } finally {
    await Promise.all(sources.map((source) => source.return(undefined)))
  }
}
