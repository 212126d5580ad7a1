// Tells an error apart from an answer, in whichever of the known shapes a server sends it with status 200.

import { asObject, asText, type JsonObject } from '../json.js'

/** What `errorInAnswer` shall read, where this chunk or body reports a failure; `undefined` where it does not. */
export function faultIn(body: JsonObject): unknown {
  if (isFault(body.error)) return body
  if (body.object === 'error' || body.type === 'error') return body
  if (body.choices !== undefined && body.choices !== null) return undefined
  return faultWithoutChoices(body)
}

function isFault(error: unknown): boolean {
  if (typeof error === 'object' && error !== null) return Object.keys(error).length > 0
  return typeof error === 'string' && error !== ''
}

function faultWithoutChoices(body: JsonObject): unknown {
  // MiniMax reports every failure with status 200 as `base_resp`.
  const state = asObject(body.base_resp)
  if (state !== undefined && state.status_code !== 0 && state.status_code !== undefined) {
    return { error: { code: state.status_code, message: state.status_msg } }
  }
  // Alibaba's and FastAPI's own errors are a code or a status beside a message.
  return asText(body.message) && (asText(body.code) || typeof body.code === 'number') ? body : undefined
}
