// The built-in classifier alone, as it stands in the package: a short prompt and a pasted document.

import { Classifier } from './built-classifier.mjs'

const SENTENCE =
  'The clerk asked whether the parcel could still be sent on Friday, and how much that would cost. '

export function open() {
  const classifier = new Classifier()
  const timer = (content) => {
    const question = { messages: [{ role: 'user', content }] }
    return () => {
      const start = performance.now()
      const { level } = classifier.classify(question)
      const microseconds = (performance.now() - start) * 1_000
      if (level === undefined) throw new Error('no level')
      return microseconds
    }
  }
  return {
    short: timer(SENTENCE.repeat(5).slice(0, 415)),
    long: timer(SENTENCE.repeat(1_100).slice(0, 102_400)),
  }
}
