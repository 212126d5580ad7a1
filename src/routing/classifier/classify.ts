// Says how hard a request is, and what kind of work.

import { Reader } from './sight.js'
import { readTurns } from './question.js'
import { judge } from './rules.js'
import type { ClassifierQuestion } from '../../core/classification.js'

const reader = new Reader()
export function tryOut(question: ClassifierQuestion) {
  const turns = readTurns(question)
  const sight = reader.read(turns.last)
  return { sight, judgement: judge(sight, { tools: question.tools?.length ?? 0, hasSchema: false, hasPictures: turns.hasPictures, hasFiles: turns.hasFiles }) }
}
