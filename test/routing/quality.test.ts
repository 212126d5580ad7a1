// What a response is worth by its form: its quality from 0 to 1, and how sure the model was.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ByokError } from '../../src/core/errors.js'
import { accumulate } from '../../src/lazy-accumulate.js'
import { qualityOf, qualityOfError } from '../../src/routing/quality.js'
import { FakeClock } from '../../src/testing/fake-clock.js'
import { calls, done, entry, finish, text } from '../stream/chunks.js'

const quality = async (...chunks: unknown[]) =>
  qualityOf(await accumulate(chunks, { clock: new FakeClock() }))

describe('the quality of a response', () => {
  it('is 0 where there is only an error, and its code is told (ES1)', () => {
    expect(qualityOfError(new ByokError('overloaded', 'Full.'))).toEqual({
      score: 0,
      fault: 'error',
      code: 'overloaded',
    })
  })

  it.each([
    ['0.3 for a text that the output limit cut off', [text('Half a'), finish('length')], 0.3, 'cut-off'],
    ['0.1 where it was cut off before any text', [finish('length')], 0.1, 'cut-off'],
    ['0.1 for nothing', [finish('stop')], 0.1, 'empty'],
    ['0.1 for white space', [text(' \n\t'), finish('stop')], 0.1, 'empty'],
    ["0.4 where the provider's filter stopped it", [text('Take '), finish('content_filter')], 0.4, 'refusal'],
    ['0.4 where the filter left nothing', [finish('content_filter')], 0.4, 'refusal'],
    [
      '0.4 for a text that begins as a refusal',
      [text("I can't help with that."), finish('stop')],
      0.4,
      'refusal',
    ],
  ])('is %s (ES1)', async (_, chunks, score, fault) => {
    expect(await quality(...chunks)).toEqual({ score, fault })
  })

  it("is 0.4 for a refusal in the provider's own field (ES1)", async () => {
    const refused = { type: 'refusal', text: 'No.' }
    expect(await quality(refused, { type: 'finish', reason: 'stop', raw: 'stop' })).toEqual({
      score: 0.4,
      fault: 'refusal',
    })
  })

  it('is not low for a tool call without any text (ES1)', async () => {
    const chunks = [calls(entry(0, 'a', 'look', '{}')), finish('tool_calls')]
    expect(await quality(...chunks)).toEqual({ score: 1 })
  })

  it('does not fall with the length: a short correct answer is a good one (ES1)', async () => {
    for (const short of ['4', 'No.', '是', '{}'])
      expect(await quality(text(short), finish('stop'))).toEqual({ score: 1 })
  })

  it('is 0.85 where nobody said how the answer ended (ES1)', async () => {
    expect(await quality(text('Four.'), done)).toEqual({ score: 0.85 })
  })

  it('comes with the geometric mean of the probabilities, where they were sent (ES2)', async () => {
    const sure = { type: 'confidence', tokens: 2, logprobSum: 2 * Math.log(0.5) }
    const said = { type: 'text', text: 'Perhaps.' }
    const found = await quality(said, sure, { type: 'finish', reason: 'stop', raw: 'stop' })
    expect(found.score).toBe(1)
    expect(found.confidence).toBeCloseTo(0.5, 12)
  })

  it('lies between 0 and 1 for every answer, and from 0.85 for one without a fault (ES1)', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ unit: 'binary' })),
        fc.constantFrom('stop', 'length', 'content_filter', 'tool_calls', 'odd'),
        async (texts, end) => {
          const { score, fault } = await quality(...texts.map((said) => text(said)), finish(end))
          expect(score).toBeGreaterThanOrEqual(fault === undefined ? 0.85 : 0)
          expect(score).toBeLessThanOrEqual(fault === undefined ? 1 : 0.4)
        },
      ),
      { numRuns: 200 },
    )
  })
})
