// An app's own way to count tokens, held to what a count can be.

import { estimateTokens, type TokenCounter } from '../core/token-estimate.js'

/** Says how many tokens a text has for a model, named `provider/model`. It is asked often, so it must not wait. */
export type AppTokenCounter = (text: string, model: string) => number

/**
 * Counts for one model. Where the app's counter throws, or gives no number from 0, the text is estimated, and `onFault`
 * is told each time. Parts of tokens count as whole ones.
 */
export function tokenCounterFor(own: AppTokenCounter, model: string, onFault: () => void): TokenCounter {
  return (text) => {
    const count = countedBy(own, text, model)
    if (count !== undefined) return Math.ceil(count)
    onFault()
    return estimateTokens(text)
  }
}

function countedBy(own: AppTokenCounter, text: string, model: string): number | undefined {
  try {
    const count: unknown = own(text, model)
    return typeof count === 'number' && Number.isFinite(count) && count >= 0 ? count : undefined
  } catch {
    return undefined
  }
}
