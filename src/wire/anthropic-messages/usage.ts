// Anthropic's token counts, in buckets that do not overlap.

import type { UsageDelta } from '../../core/delta.js'
import type { Usage } from '../../core/usage.js'
import { asObject } from '../json.js'
import { asCount, type Counts, reportedCost } from '../usage.js'

/**
 * Adds up what the usage objects of one answer say. `message_start` brings the prompt, `message_delta` the cumulative
 * rest; whatever a later object counts goes before. The numbers at the top stand: `iterations` are billed besides.
 * Source: Anthropic, "Messages" and "Prompt caching".
 */
export class MessagesUsage {
  #input: number | undefined
  #output: number | undefined
  #thinking: number | undefined
  #cacheRead: number | undefined
  #cacheWrite: number | undefined
  #cacheWrite5m: number | undefined
  #cacheWrite1h: number | undefined

  /** Takes one usage object. Gives what is known now, or `undefined` where there was nothing to count in it. */
  take(value: unknown): UsageDelta | undefined {
    const sent = asObject(value)
    if (sent === undefined) return undefined
    this.#input = asCount(sent.input_tokens) ?? this.#input
    this.#output = asCount(sent.output_tokens) ?? this.#output
    this.#cacheRead = asCount(sent.cache_read_input_tokens) ?? this.#cacheRead
    this.#cacheWrite = asCount(sent.cache_creation_input_tokens) ?? this.#cacheWrite
    const creation = asObject(sent.cache_creation)
    this.#cacheWrite5m = asCount(creation?.ephemeral_5m_input_tokens) ?? this.#cacheWrite5m
    this.#cacheWrite1h = asCount(creation?.ephemeral_1h_input_tokens) ?? this.#cacheWrite1h
    this.#thinking = asCount(asObject(sent.output_tokens_details)?.thinking_tokens) ?? this.#thinking
    const usage = this.#usage()
    const reportedUsd = reportedCost(sent)
    if (Object.keys(usage).length === 0 && reportedUsd === undefined) return undefined
    return { type: 'usage', usage, ...(reportedUsd === undefined ? {} : { reportedUsd }) }
  }

  #usage(): Usage {
    const usage: Counts = {}
    if (this.#input !== undefined) usage.input = this.#input
    if (this.#cacheRead !== undefined) usage.cacheRead = this.#cacheRead
    this.#addCacheWrites(usage)
    if (this.#output !== undefined) {
      usage.output = this.#output
      if (this.#thinking !== undefined) usage.reasoning = Math.min(this.#thinking, this.#output)
    }
    return usage
  }

  /** The split by lifetime is a split of the total, never more than it. */
  #addCacheWrites(usage: Counts): void {
    const total = this.#cacheWrite
    const oneHour = total === undefined ? this.#cacheWrite1h : Math.min(this.#cacheWrite1h ?? 0, total)
    const fiveMinutes = total === undefined ? this.#cacheWrite5m : total - (oneHour ?? 0)
    if (fiveMinutes !== undefined) usage.cacheWrite = fiveMinutes
    if (oneHour) usage.cacheWrite1h = oneHour
  }
}
