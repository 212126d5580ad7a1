// Encodes requests for the tests of the Messages dialect.

import type { ChatRequest } from '../../../src/core/request.js'
import { anthropicMessages } from '../../../src/wire/anthropic-messages/dialect.js'
import { defaultMessagesQuirks, type MessagesQuirks } from '../../../src/wire/anthropic-messages/quirks.js'
import type { EncodedRequest, EncodeTarget } from '../../../src/wire/dialect.js'

/** A model that takes everything but thinking and sampling of both kinds. */
export const sonnet45 = 'claude-sonnet-4-5-20250929'

/** Encodes a request for Anthropic itself, with a known output limit unless the test says otherwise. */
export function encode(
  request: Partial<ChatRequest>,
  target: Partial<EncodeTarget<MessagesQuirks>> = {},
): EncodedRequest {
  const complete = { messages: [{ role: 'user' as const, content: 'Hi' }], ...request }
  const where = {
    provider: 'anthropic',
    model: sonnet45,
    stream: false,
    outputLimit: 64_000,
    quirks: defaultMessagesQuirks,
  }
  return anthropicMessages.encode(complete, { ...where, ...target })
}

/** The warnings as code and option. */
export function warned({ warnings }: EncodedRequest): string[] {
  return warnings.map(({ code, option }) => (option === undefined ? code : `${code}: ${option}`))
}
