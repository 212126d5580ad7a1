// The levels of `reasoning`, and which one a number of tokens comes closest to.

import type { ReasoningSetting } from '../core/message.js'

/** A level of `reasoning`; the other form of that option is a number of tokens. */
export type ReasoningLevel = Exclude<ReasoningSetting, number>

/** The setting as a level, for a provider that takes no number. */
export function levelOf(setting: ReasoningSetting): ReasoningLevel {
  if (typeof setting === 'string') return setting
  return setting <= 0 ? 'none' : levelOfTokens(setting)
}

/** The level that a number of tokens from 1 comes closest to. */
export function levelOfTokens(tokens: number): 'low' | 'medium' | 'high' {
  if (tokens <= 1024) return 'low'
  return tokens <= 8192 ? 'medium' : 'high'
}
