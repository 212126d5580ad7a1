// Prompts made to be slow: the classifier reads a bounded part of each, and has no expression that could run away.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Classifier } from '../../../src/routing/classifier/classify.js'

const classifier = new Classifier()
const folder = join(import.meta.dirname, '../../../src/routing/classifier')

/** Texts that take hours where time grows with the square of their length. */
const hostile: readonly (readonly [string, string])[] = [
  ['one letter and a mark', `${'a'.repeat(5_000_000)}!`],
  ['spaces', ' '.repeat(5_000_000)],
  ['line breaks', '\n'.repeat(5_000_000)],
  ['open quotations', '"“«`'.repeat(1_000_000)],
  ['open fences', '```\n'.repeat(1_000_000)],
  ['fences on one line', '```'.repeat(1_500_000)],
  ['colons', ': '.repeat(2_000_000)],
  ['a phrase that never ends', 'how do '.repeat(700_000)],
  ['ideographs', '証明'.repeat(2_000_000)],
  ['accents', 'e\u0301'.repeat(2_000_000)],
  ['half characters', '\ud83d'.repeat(3_000_000)],
  ['brackets', '[{('.repeat(1_500_000)],
]

describe('a hostile prompt', () => {
  it.each(hostile)('of %s is classified (C10)', (_, prompt) => {
    for (let run = 0; run < 5; run += 1) {
      const { level, inputTokens } = classifier.classify({
        messages: [
          { role: 'user', content: prompt },
          { role: 'assistant', content: prompt },
          { role: 'user', content: prompt },
        ],
      })
      expect(level).toBeDefined()
      expect(inputTokens).toBeGreaterThan(1_000_000)
    }
  })

  it('of ten thousand turns is classified (C10)', () => {
    const messages = Array.from({ length: 10_000 }, (_, at) => ({
      role: at % 2 === 0 ? ('user' as const) : ('assistant' as const),
      content: 'Shall we go on?',
    }))
    expect(classifier.classify({ messages: [...messages, { role: 'user', content: 'yes' }] }).level).toBe(
      'simple',
    )
  })

  it('changes nothing beyond what is read (C10)', () => {
    const answer = (length: number) =>
      classifier.classify(
        { messages: [{ role: 'user', content: `${'word '.repeat(length)}\nWho won?` }] },
        { inputTokens: 1 },
      )
    expect(answer(1_000_000)).toEqual(answer(10_000))
  })

  it('meets no regular expression that repeats inside a repetition (C10)', () => {
    const sources = readdirSync(folder).map((file) => readFileSync(join(folder, file), 'utf8'))
    const expressions = sources.flatMap((text) => [
      ...text.matchAll(
        /(?<![\w)/*])\/(?![/*\s])((?:\\.|\[(?:\\.|[^\]\n\\])*\]|[^/\\\n[])+)\/[dgimsuvy]*(?=[.,;)\s])/g,
      ),
    ])
    expect(expressions.length).toBeGreaterThan(2)
    for (const [expression] of expressions) {
      const repeats = expression.replaceAll(/\[(?:\\.|[^\]\\])*\]/g, 'c').match(/[*+]|\{\d/g) ?? []
      expect(repeats.length, expression).toBeLessThanOrEqual(1)
    }
  })
})
