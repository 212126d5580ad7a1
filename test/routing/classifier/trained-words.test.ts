// The table of trained words: what stands in it, and what it moves.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Classifier } from '../../../src/routing/classifier/classify.js'
import { hashOf } from '../../../src/routing/classifier/lexicon.js'
import { Reader } from '../../../src/routing/classifier/sight.js'
import { TrainedScore } from '../../../src/routing/classifier/trained.js'
import {
  decodeWords,
  encodeWords,
  mostWordWeight,
  slotOfWord,
  WordTable,
  wordSlots,
} from '../../../src/routing/classifier/trained-words.js'
import { trainedWeights } from '../../../src/routing/classifier/weights.js'

/** A table in which these words weigh so much, and nothing else weighs anything. */
function tableOf(weights: Readonly<Record<string, number>>): string {
  const slots = new Array<number>(wordSlots).fill(0)
  for (const [word, weight] of Object.entries(weights)) slots[slotOfWord(hashOf(word))] = weight
  return encodeWords(slots)
}

describe('the table of trained words', () => {
  it('keeps every weight through the text that it ships as', () => {
    const weight = fc.integer({ min: -mostWordWeight, max: mostWordWeight })
    fc.assert(
      fc.property(fc.array(weight), (weights) => {
        const text = encodeWords(weights)
        expect([...decodeWords(text)]).toEqual(weights)
        expect(text).not.toMatch(/['"`\\]/)
      }),
    )
  })

  it('ships one weight for each place, none beyond the bound', () => {
    const weights = decodeWords(trainedWeights.words)
    expect(weights).toHaveLength(wordSlots)
    expect(Math.max(...weights.map(Math.abs))).toBe(mostWordWeight)
  })

  it('counts a word once, however often a text repeats it', () => {
    const table = new WordTable(tableOf({ zebra: 5, quokka: -2 }))
    const [zebra, quokka] = [hashOf('zebra'), hashOf('quokka')]
    expect(table.sum([zebra, quokka, zebra, zebra])).toBe(3)
    expect(table.sum([zebra])).toBe(5)
    expect(table.sum([])).toBe(0)
  })

  it('reads words of the question and of what is pasted, whatever their case', () => {
    const { wordHashes } = new Reader().read('Summarise this: "Zebras are striped and rather shy animals."')
    expect(wordHashes).toContain(hashOf('summarise'))
    expect(wordHashes).toContain(hashOf('zebras'))
  })
})

describe('the ordering score', () => {
  const reader = new Reader()

  it('rises with words that weigh more, and by no more than a bound', () => {
    const score = (weight: number, words: string): number => {
      const sight = reader.read(words)
      const trained = new TrainedScore({
        ...trainedWeights,
        wordSum: [0, 1],
        words: tableOf({ zebra: weight, quokka: weight }),
      })
      return trained.ordering(sight, 0, trainedWeights.rules[0])
    }
    expect(score(1, 'a horse')).toBeCloseTo(0.5)
    expect(score(1, 'a zebra')).toBeCloseTo(1 / (1 + Math.exp(-1)))
    expect(score(-1, 'a zebra')).toBeCloseTo(1 / (1 + Math.exp(1)))
    expect(score(22, 'a zebra')).toBe(score(22, 'a zebra and a quokka'))
  })

  it('is another for other words of the same length, while the level stays', () => {
    const classifier = new Classifier()
    const classify = (content: string) => classifier.classify({ messages: [{ role: 'user', content }] })
    const [one, other] = [classify('Who painted the boat?'), classify('Who painted the tree?')]
    expect(one.score).not.toBe(other.score)
    expect([one.score, other.score].every((score) => score > 0 && score < 1)).toBe(true)
    expect(other.level).toBe(one.level)
  })
})
