// Understands a whole response as the deltas that it amounts to.

import type { Delta } from '../../core/delta.js'
import { ProviderError } from '../../core/errors.js'
import { errorInAnswer } from '../error-body.js'
import { asObject, asText, type JsonObject } from '../json.js'
import { startDelta } from '../start.js'
import { endOf } from './end.js'
import { Output } from './output.js'
import { usageDeltaOf } from './usage.js'

/** A whole response as deltas, ending with `finish`. Throws a `ProviderError` for an error inside. */
export function decodeWhole(body: unknown): Delta[] {
  const response = responseIn(body)
  const end = endOf('', response)
  const id = asText(response.id)
  const model = asText(response.model)
  const deltas: Delta[] = []
  if (id !== undefined || model !== undefined) {
    deltas.push(startDelta(id, model))
  }
  new Output().settle(response.output, deltas)
  const usage = usageDeltaOf(response.usage)
  if (usage !== undefined) deltas.push(usage)
  deltas.push(...end)
  return deltas
}

function responseIn(body: unknown): JsonObject {
  const response = asObject(body)
  if (Array.isArray(response?.output) || asText(response?.status) !== undefined) return response ?? {}
  const failure = response ?? asObject(Array.isArray(body) ? body[0] : undefined)
  if (failure?.error || failure?.detail) throw errorInAnswer(body)
  throw new ProviderError('invalid-response', 'The answer is no response: it has neither output nor status.')
}
