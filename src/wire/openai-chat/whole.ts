// A whole chat completion, from a body or a single event, as the deltas it amounts to.

import type { Delta } from '../../core/delta.js'
import { ProviderError } from '../../core/errors.js'
import { errorInAnswer } from '../error-body.js'
import { asId, asObject, asText, type JsonObject } from '../json.js'
import { startDelta } from '../start.js'
import { faultIn } from './fault.js'
import { finishWordOf, pushFinish, pushMissingFinish } from './finish.js'
import { pushLogprobs } from './logprobs.js'
import { pushMessage } from './message.js'
import { ReasoningBlocks } from './reasoning-details.js'
import { readUsage } from './usage.js'

/** Reads a whole body. Throws a `ProviderError` for an error inside it, and for a body that is no answer. */
export function decodeWhole(body: unknown): Delta[] {
  if (Array.isArray(body) && asObject(body[0])?.error) throw errorInAnswer(body)
  const answer = asObject(body)
  if (answer === undefined) throw noAnswer()
  const fault = faultIn(answer)
  if (fault !== undefined) throw errorInAnswer(fault)
  const choice = firstChoice(answer.choices)
  const message = asObject(choice?.message) ?? asObject(choice?.delta)
  if (choice === undefined || message === undefined) {
    throw answer.detail === undefined && answer.message === undefined ? noAnswer() : errorInAnswer(answer)
  }
  const deltas: Delta[] = []
  const start = startOf(answer)
  if (start !== undefined) deltas.push(start)
  pushMessage(message, true, new ReasoningBlocks(), deltas)
  pushLogprobs(choice, deltas)
  const usage = readUsage(answer.usage, answer) ?? readUsage(asObject(answer.x_groq)?.usage, answer)
  if (usage !== undefined) deltas.push(usage)
  const word = finishWordOf(choice)
  if (word === undefined) pushMissingFinish(deltas)
  else pushFinish(word, choice, answer, deltas)
  return deltas
}

/** True for the first of the choices: the one that is the answer. A server that numbers none sends it first. */
export function isFirstChoice(choice: JsonObject, position: number): boolean {
  const index = choice.index ?? position
  return index === 0 || index === '0'
}

/** Who answers, as far as a chunk or body says. */
export function startOf(body: JsonObject): Delta | undefined {
  const id = asId(body.id)
  const model = asText(body.model)
  const servedBy = asText(body.provider)
  if (!id && !model && !servedBy) return undefined
  return startDelta(id, model, servedBy)
}

function firstChoice(choices: unknown): JsonObject | undefined {
  if (!Array.isArray(choices)) return undefined
  for (const [position, entry] of choices.entries()) {
    const choice = asObject(entry)
    if (choice !== undefined && isFirstChoice(choice, position)) return choice
  }
  return undefined
}

function noAnswer(): ProviderError {
  return new ProviderError('invalid-response', 'The provider sent a body that is no chat completion.')
}
