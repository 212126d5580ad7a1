// OpenAI's Responses, both ways.

import type { Dialect } from '../dialect.js'
import type { ResponsesQuirks } from './quirks.js'
import { encodeRequest } from './request.js'
import { ResponsesDecoder } from './stream.js'
import { decodeWhole } from './whole.js'

/** The dialect of `POST /responses`: OpenAI, Azure, xAI, OpenRouter, and the servers that follow them. */
export const openaiResponses: Dialect<ResponsesQuirks> = {
  id: 'openai-responses',
  encode: encodeRequest,
  decoder: () => new ResponsesDecoder(),
  decodeWhole,
}
