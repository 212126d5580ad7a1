// The texts of prompts and answers for usage records, where the app asks for them: redacted, and cut.

import type { Content } from '../core/message.js'
import type { ChatRequest } from '../core/request.js'
import type { Secret } from '../core/secret.js'

/** Takes out of a text what must not be kept. */
export type Redaction = (text: string) => string

/** What is kept of a text at the most, in UTF-8 bytes. */
const longestBytes = 65_536

/**
 * A text as a record may keep it: without the key, without what the redaction takes out, and at most 64 KB long. Where
 * the redaction fails, nothing is kept: half a redaction is none.
 */
export function recordedText(
  text: string,
  redact: Redaction,
  secret: Secret | undefined,
): string | undefined {
  try {
    const redacted: unknown = redact(secret?.redactFrom(text) ?? text)
    return typeof redacted === 'string' ? cut(redacted) : undefined
  } catch {
    return undefined
  }
}

/** What the messages say, each behind its role. What is no text is named only. */
export function promptText({ messages }: ChatRequest): string {
  return messages.map((message) => `${message.role}: ${contentText(message.content)}`).join('\n\n')
}

function contentText(content: Content | null | undefined): string {
  if (typeof content === 'string') return content
  const parts = content ?? []
  return parts
    .map((part) => {
      if (part.type === 'text') return part.text
      return part.type === 'refusal' ? part.refusal : `[${part.type}]`
    })
    .join('')
}

/** Between two characters, not within one. */
function cut(text: string): string {
  const bytes = new TextEncoder().encode(text)
  if (bytes.length <= longestBytes) return text
  let end = longestBytes
  while (((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1
  return new TextDecoder().decode(bytes.subarray(0, end))
}
