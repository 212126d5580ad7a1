// Whether a model sees what a request shows.

import type { ModelInfo } from '../core/model-info.js'
import type { ChatRequest } from '../core/request.js'

/** What is known of a model's eyes, for one request. */
export type Sight = 'not-needed' | 'sees' | 'blind' | 'unknown'

/** Whether an image stands in any message. */
export function hasImages({ messages }: Pick<ChatRequest, 'messages'>): boolean {
  return messages.some(
    ({ content }) => Array.isArray(content) && content.some(({ type }) => type === 'image_url'),
  )
}

/** What a model makes of the images of a request; `unknown` where its row is missing, or does not say what it reads. */
export function sightOf(chat: Pick<ChatRequest, 'messages'>, info: ModelInfo | undefined): Sight {
  if (!hasImages(chat)) return 'not-needed'
  if (info?.input === undefined) return 'unknown'
  return info.input.includes('image') ? 'sees' : 'blind'
}
