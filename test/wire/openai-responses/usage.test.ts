// How the usage of a response becomes buckets that do not overlap.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { completionTokens, promptTokens } from '../../../src/core/usage.js'
import { usageDeltaOf } from '../../../src/wire/openai-responses/usage.js'

describe('the usage of a response', () => {
  it('takes cache and audio out of the prompt, and leaves reasoning inside the completion', () => {
    const raw = {
      input_tokens: 100,
      input_tokens_details: { cached_tokens: 30, cache_write_tokens: 20, audio_tokens: 10 },
      output_tokens: 50,
      output_tokens_details: { reasoning_tokens: 40, audio_tokens: 5 },
      total_tokens: 150,
    }
    expect(usageDeltaOf(raw)?.usage).toEqual({
      input: 40,
      cacheRead: 30,
      cacheWrite: 20,
      audioInput: 10,
      output: 45,
      reasoning: 40,
      audioOutput: 5,
    })
  })

  it('counts reasoning that stands beside the completion, and caps what exceeds it', () => {
    const beside = {
      input_tokens: 10,
      output_tokens: 5,
      output_tokens_details: { reasoning_tokens: 7 },
      total_tokens: 22,
    }
    expect(usageDeltaOf(beside)?.usage).toEqual({ input: 10, output: 12, reasoning: 7 })
    expect(usageDeltaOf({ ...beside, total_tokens: 15 })?.usage).toEqual({
      input: 10,
      output: 5,
      reasoning: 5,
    })
  })

  it('keeps a 0 that was sent, and knows nothing of what was not', () => {
    expect(usageDeltaOf({ input_tokens: 0, output_tokens: 0 })?.usage).toEqual({ input: 0, output: 0 })
    expect(usageDeltaOf({ output_tokens: 3 })?.usage).toEqual({ output: 3 })
  })

  it('does not believe counts that are none', () => {
    for (const junk of [-1, 1.5, Number.NaN, 1e300, '7', null, {}]) {
      expect(usageDeltaOf({ input_tokens: junk, output_tokens: junk })).toBeUndefined()
      const details = { cached_tokens: junk, reasoning_tokens: junk }
      const raw = {
        input_tokens: 5,
        output_tokens: 2,
        input_tokens_details: details,
        output_tokens_details: details,
      }
      expect(usageDeltaOf(raw)?.usage).toEqual({ input: 5, output: 2 })
    }
    expect(usageDeltaOf(null)).toBeUndefined()
    expect(usageDeltaOf('12')).toBeUndefined()
  })

  it('reads the names of Chat Completions too', () => {
    const raw = { prompt_tokens: 9, prompt_tokens_details: { cached_tokens: 4 }, completion_tokens: 3 }
    expect(usageDeltaOf(raw)?.usage).toEqual({ input: 5, cacheRead: 4, output: 3 })
  })

  it('passes on what the provider says it cost', () => {
    expect(usageDeltaOf({ output_tokens: 1, cost: 0.0000086 })?.reportedUsd).toBe(0.0000086)
    expect(usageDeltaOf({ output_tokens: 1, cost_in_usd_ticks: 10_431_000 })?.reportedUsd).toBe(0.0010431)
    expect(usageDeltaOf({ output_tokens: 1, cost: -1 })?.reportedUsd).toBeUndefined()
  })

  it('adds up to the counts that were sent, whatever the details claim', () => {
    const count = fc.nat(10_000)
    fc.assert(
      fc.property(
        count,
        count,
        count,
        count,
        count,
        count,
        (input, output, cached, written, audio, thought) => {
          const raw = {
            input_tokens: input,
            output_tokens: output,
            input_tokens_details: { cached_tokens: cached, cache_write_tokens: written, audio_tokens: audio },
            output_tokens_details: { reasoning_tokens: thought, audio_tokens: audio },
            total_tokens: input + output,
          }
          const usage = usageDeltaOf(raw)?.usage ?? {}
          expect(promptTokens(usage)).toBe(input)
          expect(completionTokens(usage)).toBe(output)
          expect(usage.reasoning).toBeLessThanOrEqual(output)
          expect(Object.values(usage).every((part) => part >= 0)).toBe(true)
        },
      ),
    )
  })
})
