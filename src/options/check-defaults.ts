// What requests may leave to the handler, checked when the handler is built.

import { ByokError, isByokError } from '../core/errors.js'
import type { ModelReference } from '../routing/model-reference.js'
import { type Fields, invalid } from './check.js'
import { checkModel } from './check-model.js'
import { checkChat, checkContextOverflow } from './check-request.js'
import { type CompletionRequest, inOurWords } from './completion-request.js'

/** Options that a request may leave to the handler. */
export type RequestDefaults = Pick<
  CompletionRequest,
  | 'model'
  | 'system'
  | 'maxTokens'
  | 'temperature'
  | 'topP'
  | 'stop'
  | 'seed'
  | 'reasoning'
  | 'toolChoice'
  | 'parallelToolCalls'
  | 'responseFormat'
  | 'contextOverflow'
>

const defaultNames: { readonly [Name in keyof Required<RequestDefaults>]: true } = {
  model: true,
  system: true,
  maxTokens: true,
  temperature: true,
  topP: true,
  stop: true,
  seed: true,
  reasoning: true,
  toolChoice: true,
  parallelToolCalls: true,
  responseFormat: true,
  contextOverflow: true,
}

/** The defaults as they were given, each checked as a request's option would be. Throws `config`. */
export function checkDefaults(
  value: unknown,
  aliases: ReadonlyMap<string, readonly ModelReference[]>,
): Fields {
  try {
    const fields = inOurWords(value)
    for (const name of Object.keys(fields)) {
      if (!Object.hasOwn(defaultNames, name))
        throw invalid(name, `has no default. Known are ${Object.keys(defaultNames).join(', ')}.`)
    }
    // Whether the tool that must be called is offered can only be said of a request.
    const { model = 'auto', toolChoice: _toolChoice, ...rest } = fields
    checkModel(model, aliases)
    checkChat({ ...rest, prompt: '' })
    checkContextOverflow(fields)
    return fields
  } catch (error) {
    if (!isByokError(error)) throw error
    throw new ByokError('config', `defaults.${error.message}`, { field: `defaults.${error.field}` })
  }
}
