// What is known of one vendor: where it answers, which variables hold its key, how its requests differ.

import type { DialectName } from '../../wire/dialect.js'
import type { ChatQuirks } from '../../wire/openai-chat/quirks.js'

/** One vendor. Plain data: adding a vendor is adding a row. */
export interface ProviderRow {
  /** What stands before the first slash of a model reference. */
  readonly id: string
  readonly dialect: DialectName
  /** As that dialect's SDK takes it; `null` where only the app can know it. */
  readonly baseURL: string | null
  /** `none`: a server that asks for no key. */
  readonly keys: 'required' | 'none'
  /** Environment variables that hold a key, the vendor's own name first. */
  readonly keyVariables: readonly string[]
  /** A plain, inexpensive chat model; `null` where it depends on what the app has deployed or loaded. */
  readonly defaultModel: string | null
  /** Runs on the app's own machine, so that plain HTTP and loopback are right. */
  readonly local?: true
  /** Asked for whole answers from the start. */
  readonly streaming?: false
  /** Sent with every request. */
  readonly headers?: Readonly<Record<string, string>>
  /** Where its Chat Completions requests differ from `defaultChatQuirks`. */
  readonly quirks?: Partial<ChatQuirks>
}
