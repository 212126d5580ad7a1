// How good a response looks from outside: whether it is there, whole, no refusal, and how sure the model was.

import type { ErrorCode } from '../core/error-code.js'
import type { ByokError } from '../core/errors.js'
import type { CompletionResponse } from '../core/response.js'
import { beginsAsRefusal } from './refusal-phrases.js'

/** What is wrong with a response. */
export type QualityFault = 'error' | 'cut-off' | 'empty' | 'refusal'

/** What can be seen of a response's quality. Whether it is right is not among it. */
export interface Quality {
  /**
   * From 0 to 1. 0: there is only an error. 0.1: nothing was said. 0.3: text that the output limit cut off. 0.4: a refusal.
   * 0.85: nothing is wrong with it, but its end was not told. 1: nothing is wrong with it, however short it is.
   */
  readonly score: number
  readonly fault?: QualityFault
  /** Of an error. */
  readonly code?: ErrorCode
  /** From 0 to 1: the geometric mean of its tokens' probabilities. Absent where the provider did not give them. */
  readonly confidence?: number
}

/** Judges an error: there is no response. */
export function qualityOfError({ code }: ByokError): Quality {
  return { score: 0, fault: 'error', code }
}

/** Judges a response by its form. The same response always gets the same judgement. */
export function qualityOf(response: CompletionResponse): Quality {
  const { meanLogprob } = response.byok
  const confidence = meanLogprob === undefined ? {} : { confidence: Math.exp(meanLogprob) }
  return { ...judged(response), ...confidence }
}

function judged({ choices: [choice], byok }: CompletionResponse): Quality {
  const { message, finish_reason: end } = choice
  const text = message.content ?? ''
  const isBlank = text.trim() === ''
  const hasCalls = message.tool_calls !== undefined && message.tool_calls.length > 0
  if (end === 'length') return { score: isBlank ? 0.1 : 0.3, fault: 'cut-off' }
  if (end === 'content_filter' || message.refusal !== null) return { score: 0.4, fault: 'refusal' }
  if (hasCalls) return { score: 1 }
  if (isBlank) return { score: 0.1, fault: 'empty' }
  if (beginsAsRefusal(text)) return { score: 0.4, fault: 'refusal' }
  return { score: byok.finishReason === null ? 0.85 : 1 }
}
