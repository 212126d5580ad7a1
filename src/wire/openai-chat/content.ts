// The content of a request's messages: text, images, sound, files, in the provider's form.

import type { Content, ContentPart } from '../../core/message.js'
import { dataUriOf, readImage } from '../image.js'
import type { JsonObject } from '../json.js'
import type { ChatQuirks } from './quirks.js'

/** The content as this vendor takes it. `field` names the place in the request, for an error. */
export function encodeContent(content: Content, quirks: ChatQuirks, field: string): string | JsonObject[] {
  if (typeof content === 'string') return content
  if (!quirks.textParts && content.every(isText)) return content.map(plainText).join('\n\n')
  return content.map((part, at) => encodePart(part, quirks, `${field}[${at}]`))
}

function encodePart(part: ContentPart, quirks: ChatQuirks, field: string): JsonObject {
  const encoded = encodeKind(part, quirks, field)
  if (quirks.cacheMarks && part.cache_control !== undefined) encoded.cache_control = part.cache_control
  return encoded
}

function encodeKind(part: ContentPart, quirks: ChatQuirks, field: string): JsonObject {
  switch (part.type) {
    case 'text':
      return { type: 'text', text: part.text }
    case 'image_url': {
      const { detail } = part.image_url
      const url = dataUriOf(readImage(part, field))
      return { type: 'image_url', image_url: detail === undefined ? { url } : { url, detail } }
    }
    case 'input_audio':
      return { type: 'input_audio', input_audio: part.input_audio }
    case 'file':
      return { type: 'file', file: part.file }
    case 'refusal':
      return quirks.refusals
        ? { type: 'refusal', refusal: part.refusal }
        : { type: 'text', text: part.refusal }
    default:
      return part satisfies never
  }
}

function isText(part: ContentPart): boolean {
  return part.type === 'text' || part.type === 'refusal'
}

function plainText(part: ContentPart): string {
  if (part.type === 'text') return part.text
  return part.type === 'refusal' ? part.refusal : ''
}
