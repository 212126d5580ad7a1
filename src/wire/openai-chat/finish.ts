// How an answer says that it ended: finish reasons, and failures that come as one.

import type { Delta } from '../../core/delta.js'
import { finishReasonOf, isFailureWord } from '../../core/finish-reason.js'
import { errorInAnswer } from '../error-body.js'
import type { JsonObject } from '../json.js'

/** The word of a choice that says why it ended; some servers write `''` or `'null'` while it goes on. */
export function finishWordOf(choice: JsonObject): string | undefined {
  const word = choice.finish_reason
  return typeof word === 'string' && word !== '' && word !== 'null' ? word : undefined
}

/** Adds what the provider's word means. Throws where it says that the answer failed; `choice` and `body` say how. */
export function pushFinish(word: string, choice: JsonObject, body: JsonObject, deltas: Delta[]): void {
  if (isFailureWord(word)) throw errorInAnswer({ error: choice.error ?? body.error ?? wordOnly(word) })
  const reason = finishReasonOf(word)
  deltas.push({ type: 'finish', reason: reason ?? 'stop', raw: word })
  if (reason !== undefined) return
  const message = `The provider ended the answer with the unknown finish reason "${word}"; it was taken for "stop".`
  deltas.push({ type: 'warning', warning: { code: 'unknown-finish-reason', message } })
}

/** Adds the end of an answer that gave no reason for it. */
export function pushMissingFinish(deltas: Delta[]): void {
  deltas.push({ type: 'finish', reason: 'stop' })
  const message = 'The provider ended the answer without a finish reason.'
  deltas.push({ type: 'warning', warning: { code: 'missing-finish-reason', message } })
}

function wordOnly(word: string): JsonObject {
  return { message: `The provider ended the answer with the finish reason "${word}".` }
}
