// How one vendor's Responses requests differ from another's, as plain data; answers need nothing of the kind.

import type { IdRule } from '../call-ids.js'
import type { ReasoningLevel } from '../reasoning-level.js'

/** What a vendor's requests need. Every field is a plain value, so a row can be printed, stored and compared. */
export interface ResponsesQuirks {
  /**
   * Sends `store: false`. Responses are kept by default (OpenAI and xAI: 30 days), while Chat Completions are not; what
   * a caller's prompt leaves behind must not depend on the dialect. `providerOptions` can set `store: true`.
   */
  readonly storeNothing: boolean
  /**
   * Takes `include: ['reasoning.encrypted_content']`. It is sent only where the caller asks for reasoning: models that
   * do not reason answer it with 400 ("Encrypted content is not supported with this model"). OpenAI fills the field in
   * without being asked, so that reasoning by default comes back all the same.
   */
  readonly encryptedReasoning: boolean
  /**
   * Sends the `id` of a reasoning item along with its encrypted content. An id makes OpenAI look for the exact item
   * that followed it, and refuse a history in which that item (a web search, say) has no place; without the id the
   * encrypted content is enough. OpenRouter and Azure's project endpoints demand the id.
   */
  readonly reasoningIds: boolean
  /** The name of the app's own id for its end user; `null` where there is none. */
  readonly userField: 'safety_identifier' | 'user' | null
  /** Takes messages of role `developer`. Where not, they are sent as `system`. */
  readonly developerRole: boolean
  /** The vendor's word for each level of reasoning that it takes. */
  readonly reasoningWords: Readonly<Partial<Record<ReasoningLevel, string>>>
  /** Which ids of tool calls are accepted. An id that does not fit is replaced, in the call and in its result. */
  readonly toolCallIds: IdRule
}

/** OpenAI's own, which the others follow. */
export const defaultResponsesQuirks: ResponsesQuirks = {
  storeNothing: true,
  encryptedReasoning: true,
  reasoningIds: false,
  userField: 'safety_identifier',
  developerRole: true,
  reasoningWords: { none: 'none', minimal: 'minimal', low: 'low', medium: 'medium', high: 'high' },
  toolCallIds: { maxLength: 64 },
}
