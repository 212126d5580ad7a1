// The Messages dialect, as one object.

import type { Dialect } from '../dialect.js'
import type { MessagesQuirks } from './quirks.js'
import { encodeMessagesRequest } from './request.js'
import { MessagesDecoder } from './stream.js'
import { decodeWholeMessage } from './whole.js'

/** Anthropic's Messages API, and what others made after it. */
export const anthropicMessages: Dialect<MessagesQuirks> = {
  id: 'anthropic-messages',
  encode: encodeMessagesRequest,
  decoder: () => new MessagesDecoder(),
  decodeWhole: decodeWholeMessage,
}
