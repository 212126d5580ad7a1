// The acceptance prompts of classification.

import { describe, expect, it } from 'vitest'
import { levels } from '../../../src/core/level.js'
import { Classifier } from '../../../src/routing/classifier/classify.js'
import { acceptancePrompts, acceptanceRequests } from './acceptance-prompts.js'

const classifier = new Classifier()

function levelOf(prompt: string) {
  return classifier.classify({ messages: [{ role: 'user', content: prompt }] }).level
}

describe('the acceptance prompts', () => {
  it('are 44 of one turn and 5 requests', () => {
    expect(acceptancePrompts.map(({ number }) => number)).toEqual(
      Array.from({ length: 44 }, (_, at) => at + 1),
    )
    expect(acceptanceRequests.map(({ number }) => number)).toEqual([45, 46, 47, 48, 49])
  })

  it('get their level exactly in at least 85 of 100 cases', () => {
    const exact = acceptancePrompts.filter(({ prompt, level }) => levelOf(prompt) === level)
    expect(exact.length / acceptancePrompts.length).toBeGreaterThanOrEqual(0.85)
  })

  it.each(acceptancePrompts)('prompt $number is $level, or one level off where that is allowed', (row) => {
    const distance = Math.abs(levels.indexOf(levelOf(row.prompt)) - levels.indexOf(row.level))
    expect(distance).toBeLessThanOrEqual(row.isStrict ? 0 : 1)
  })

  it.each(acceptanceRequests)('request $number is from $from to $to', ({ question, from, to }) => {
    const place = levels.indexOf(classifier.classify(question).level)
    expect(place).toBeGreaterThanOrEqual(levels.indexOf(from))
    expect(place).toBeLessThanOrEqual(levels.indexOf(to))
  })
})
