// Encodes requests for a vendor that differs from the default in nothing, or in the quirks given.

import type { ChatRequest } from '../../../src/core/request.js'
import type { EncodedRequest } from '../../../src/wire/dialect.js'
import { openaiChat } from '../../../src/wire/openai-chat/dialect.js'
import { type ChatQuirks, defaultChatQuirks } from '../../../src/wire/openai-chat/quirks.js'

/** The request that most tests begin with. */
export const hello: ChatRequest = { messages: [{ role: 'user', content: 'Hello' }] }

/** Encodes for the provider `acme`, without streaming. */
export function encode(
  request: Partial<ChatRequest>,
  quirks: Partial<ChatQuirks> = {},
  stream = false,
): EncodedRequest {
  const target = { provider: 'acme', model: 'm-1', stream, quirks: { ...defaultChatQuirks, ...quirks } }
  return openaiChat.encode({ ...hello, ...request }, target)
}

/** The body alone, without what every body has. */
export function fieldsOf(
  request: Partial<ChatRequest>,
  quirks: Partial<ChatQuirks> = {},
  stream = false,
): object {
  const { model: _, messages: __, ...fields } = encode(request, quirks, stream).body
  return fields
}

/** The options that could not be honoured. */
export function refusedBy(
  request: Partial<ChatRequest>,
  quirks: Partial<ChatQuirks> = {},
): (string | undefined)[] {
  return encode(request, quirks).warnings.map(({ code, option }) =>
    code === 'unsupported-option' ? option : code,
  )
}
