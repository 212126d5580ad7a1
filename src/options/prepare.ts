// A request as the pipeline takes it, from what the caller and the handler say.

import type { DeltaCallbacks, PreparedRequest } from '../pipeline/prepared-request.js'
import type { Fields } from './check.js'
import { checkModel } from './check-model.js'
import {
  checkCallbacks,
  checkChat,
  checkKeys,
  checkLabels,
  checkSignal,
  checkTimeout,
} from './check-request.js'
import { inOurWords } from './completion-request.js'
import type { HandlerSettings } from './handler-options.js'

/** Checks a request and lays it over the handler's defaults. Throws `invalid-request` before any key is looked up. */
export function prepareRequest(
  value: unknown,
  method: PreparedRequest['method'],
  settings: HandlerSettings,
  requestId: string,
): PreparedRequest {
  const fields: Fields = { ...settings.defaults, ...inOurWords(value) }
  const { models, requestedModel } = checkModel(fields.model ?? 'auto', settings.aliases)
  const chat = checkChat(fields)
  const labels = checkLabels(fields, requestId)
  const own = fields.callbacks === undefined ? undefined : checkCallbacks(fields.callbacks)
  const callbacks = [settings.callbacks, own].filter(hearsAnything)
  return {
    labels,
    method,
    chat: { ...chat, strict: chat.strict ?? settings.strict },
    requestedModel,
    models,
    keys: checkKeys(fields, models === 'auto' ? undefined : models.map((reference) => reference.provider)),
    limits: checkTimeout(fields.timeout, settings.timeout),
    failover: settings.failover,
    callbacks,
    repairToolArguments: settings.repairToolArguments,
    signal: fields.signal === undefined ? undefined : checkSignal(fields.signal),
    warnings: [],
  }
}

/** An object without a callback hears nothing, so it must not bind a request to what it has shown. */
function hearsAnything(callbacks: DeltaCallbacks | undefined): callbacks is DeltaCallbacks {
  return callbacks !== undefined && Object.keys(callbacks).length > 0
}
