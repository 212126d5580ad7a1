// A request as the pipeline takes it, from what the caller and the handler say.

import type { Warning } from '../core/warning.js'
import type { DeltaCallbacks, PreparedRequest } from '../pipeline/prepared-request.js'
import { type Fields, invalid, readSafely } from './check.js'
import { checkCeiling } from './check-budgets.js'
import { checkModel } from './check-model.js'
import {
  checkCallbacks,
  checkChat,
  checkContextOverflow,
  checkKeys,
  checkLabels,
  checkSignal,
  checkTimeout,
  checkWork,
  isBeyondHigh,
} from './check-request.js'
import { inOurWords } from './completion-request.js'
import type { HandlerSettings } from './handler-options.js'

/**
 * Checks a request and lays it over the handler's defaults. Throws `invalid-request` before any key is looked up. The
 * lists of the request are copied, so that what is pushed to them later changes nothing; what stands in them is not.
 */
export function prepareRequest(
  value: unknown,
  method: PreparedRequest['method'],
  settings: HandlerSettings,
  requestId: string,
): PreparedRequest {
  return readSafely('request', () => prepare(value, method, settings, requestId))
}

function prepare(
  value: unknown,
  method: PreparedRequest['method'],
  settings: HandlerSettings,
  requestId: string,
): PreparedRequest {
  const fields: Fields = { ...settings.defaults, ...inOurWords(value) }
  const { models, requestedModel } = checkModel(
    fields.model ?? settings.choice.defaultModel,
    settings.aliases,
  )
  const chat = checkChat(fields)
  const strict = chat.strict ?? settings.strict
  const labels = checkLabels(fields, requestId)
  const own = fields.callbacks === undefined ? undefined : checkCallbacks(fields.callbacks)
  const callbacks = [settings.callbacks, own].filter(hearsAnything)
  return {
    labels,
    method,
    chat: { ...chat, strict },
    contextOverflow: checkContextOverflow(fields),
    requestedModel,
    models,
    work: checkWork(fields),
    keys: checkKeys(fields, models === 'auto' ? undefined : models.map((reference) => reference.provider)),
    limits: checkTimeout(fields.timeout, settings.timeout),
    failover: settings.failover,
    ceiling: fields.budget === undefined ? undefined : checkCeiling(fields.budget, 'budget'),
    callbacks,
    repairToolArguments: settings.repairToolArguments,
    signal: fields.signal === undefined ? undefined : checkSignal(fields.signal),
    warnings: noticed(fields, strict),
  }
}

/** What the door changed. With `strict`, that is an error. */
function noticed({ reasoning }: Fields, strict: boolean): Warning[] {
  if (!isBeyondHigh(reasoning)) return []
  const message = `The effort "${reasoning}" is not taken; the model is asked for "high".`
  if (strict) throw invalid('reasoning', `${message} With \`strict\`, that is an error.`)
  return [{ code: 'unsupported-option', message, option: 'reasoning' }]
}

/** An object without a callback hears nothing, so it must not bind a request to what it has shown. */
function hearsAnything(callbacks: DeltaCallbacks | undefined): callbacks is DeltaCallbacks {
  return callbacks !== undefined && Object.keys(callbacks).length > 0
}
