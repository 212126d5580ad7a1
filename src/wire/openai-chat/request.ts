// A request in the words of Chat Completions, as the vendor's row says that this vendor spells them.

import type { ChatRequest } from '../../core/request.js'
import type { Warning } from '../../core/warning.js'
import type { EncodedRequest, EncodeTarget } from '../dialect.js'
import type { JsonObject } from '../json.js'
import { addProviderOptions } from '../provider-options.js'
import { encodeMessages } from './messages.js'
import type { ChatQuirks } from './quirks.js'
import { addReasoningSetting } from './reasoning.js'
import { addResponseFormat } from './response-format.js'
import { addTools, type Warn } from './tools.js'

/** Encodes a request. Nothing goes out that the caller, or the vendor's row, did not set. */
export function encodeRequest(request: ChatRequest, target: EncodeTarget<ChatQuirks>): EncodedRequest {
  const { quirks, provider } = target
  const warnings: Warning[] = []
  const warn: Warn = (option, reason) => {
    warnings.push({ code: 'unsupported-option', message: `${provider}: ${reason}.`, option })
  }
  const { messages, repairs } = encodeMessages(request.messages, quirks)
  const body: JsonObject = { ...quirks.fixedFields, model: target.model, messages }
  if (target.stream) addStream(body, request, quirks)
  addTools(body, request, quirks, warn)
  addSampling(body, request, quirks, warn)
  if (request.responseFormat !== undefined) {
    addResponseFormat(body, messages, request.responseFormat, quirks, (reason) =>
      warn('responseFormat', reason),
    )
  }
  if (request.reasoning !== undefined) {
    addReasoningSetting(body, request.reasoning, quirks, (reason) => warn('reasoning', reason))
  }
  addProviderOptions(body, request, provider, warnings)
  return { path: '/chat/completions', body, headers: {}, warnings, repairs }
}

function addStream(body: JsonObject, request: ChatRequest, quirks: ChatQuirks): void {
  body.stream = true
  const options: JsonObject = {}
  if (quirks.streamOptions) options.include_usage = true
  if (!quirks.obfuscation) options.include_obfuscation = false
  if (Object.keys(options).length > 0) body.stream_options = options
  if ((request.tools ?? []).length > 0) Object.assign(body, quirks.toolStreamFields)
}

function addSampling(body: JsonObject, request: ChatRequest, quirks: ChatQuirks, warn: Warn): void {
  const { maxTokens, temperature, topP, stop, seed, user } = request
  if (maxTokens !== undefined) body[quirks.maxTokensField] = maxTokens
  if (temperature !== undefined) body.temperature = temperature
  if (topP !== undefined) body.top_p = topP
  if (stop !== undefined && stop.length > 0) addStop(body, stop, quirks, warn)
  if (seed !== undefined) {
    if (quirks.seedField === null) warn('seed', 'a seed is not taken')
    else body[quirks.seedField] = seed
  }
  if (user !== undefined && quirks.userField !== null) body[quirks.userField] = user
}

function addStop(body: JsonObject, stop: readonly string[], quirks: ChatQuirks, warn: Warn): void {
  const limit = quirks.stopLimit ?? stop.length
  if (limit === 0) {
    warn('stop', 'stop sequences are not taken')
    return
  }
  if (stop.length > limit) warn('stop', `only the first ${limit} of ${stop.length} stop sequences are taken`)
  body.stop = stop.slice(0, limit)
}
