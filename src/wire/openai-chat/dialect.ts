// OpenAI's Chat Completions as a dialect: what nearly every vendor speaks.

import type { Dialect } from '../dialect.js'
import type { ChatQuirks } from './quirks.js'
import { encodeRequest } from './request.js'
import { ChatDecoder } from './stream.js'
import { decodeWhole } from './whole.js'

/** Chat Completions, both ways. */
export const openaiChat: Dialect<ChatQuirks> = {
  id: 'openai-chat',
  encode: encodeRequest,
  decoder: () => new ChatDecoder(),
  decodeWhole,
}
