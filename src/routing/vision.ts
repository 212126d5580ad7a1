// Whether a request shows images, and a model is known not to see them.

import type { ModelInfo } from '../core/model-info.js'
import type { ChatRequest } from '../core/request.js'
import { ability } from './contender.js'
import { abilitiesFor } from './needs.js'

/** Whether an image stands in any message. */
export function showsImages(chat: ChatRequest): boolean {
  return (abilitiesFor(chat) & ability.vision) !== 0
}

/** Whether a model is known not to see. One whose row is missing, or does not say what it reads, is not. */
export function isBlind(info: ModelInfo | undefined): boolean {
  return info?.input !== undefined && !info.input.includes('image')
}
