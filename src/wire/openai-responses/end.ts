// How a response ended: its finish reason, or the error that it reports.

import type { Delta } from '../../core/delta.js'
import { ProviderError } from '../../core/errors.js'
import { finishReasonOf } from '../../core/finish-reason.js'
import type { WarningCode } from '../../core/warning.js'
import { errorInAnswer } from '../error-body.js'
import { asObject, asText, type JsonObject } from '../json.js'

/**
 * The deltas that end an answer. `word` is the terminal event's, or `''` for a whole body. Throws for a response that
 * failed, was cancelled, or is not finished yet.
 */
export function endOf(word: string, response: JsonObject): Delta[] {
  const reported = asText(response.error) ?? asObject(response.error)
  if (reported !== undefined && Object.keys(reported).length > 0) throw errorInAnswer({ error: reported })
  const status = statusOf(word, response)
  switch (status) {
    case 'completed':
      return [{ type: 'finish', reason: 'stop', raw: status }]
    case 'incomplete':
      return incomplete(asText(asObject(response.incomplete_details)?.reason))
    case 'failed':
    case 'cancelled':
      throw new ProviderError('provider', `The response is ${status}, and its provider does not say why.`)
    case 'queued':
    case 'in_progress':
      throw new ProviderError('invalid-response', `The answer holds a response that is still "${status}".`)
    case '':
      return [
        { type: 'finish', reason: 'stop' },
        warning('missing-finish-reason', 'The provider did not say how the answer ended.'),
      ]
    default:
      return [{ type: 'finish', reason: finishReasonOf(status) ?? 'stop', raw: status }, unknownWord(status)]
  }
}

/** The status that counts: the terminal event's, unless the response says that it ended worse. */
function statusOf(word: string, response: JsonObject): string {
  const status = asText(response.status) ?? ''
  if (word === '') return status
  const isWorse =
    status === 'failed' || status === 'cancelled' || (status === 'incomplete' && word === 'completed')
  return isWorse ? status : word
}

/** An incomplete answer was cut off whatever the reason, so an unknown one counts as the length. */
function incomplete(reason: string | undefined): Delta[] {
  const raw = reason === undefined ? 'incomplete' : `incomplete:${reason}`
  const known = finishReasonOf(reason ?? 'incomplete')
  const finish: Delta = { type: 'finish', reason: known ?? 'length', raw }
  return known === undefined ? [finish, unknownWord(raw)] : [finish]
}

function unknownWord(word: string): Delta {
  return warning('unknown-finish-reason', `The provider ended the answer with the unknown word "${word}".`)
}

function warning(code: WarningCode, message: string): Delta {
  return { type: 'warning', warning: { code, message } }
}
