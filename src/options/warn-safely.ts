// Tells the app's logger what has no better place to go.

import type { Logger } from './handler-options.js'

/** Tells a logger, where there is one. One that fails has nobody left to tell, and harms no request. */
export function warnSafely(logger: Logger | undefined, message: string, details: unknown): void {
  try {
    logger?.warn(message, details)
  } catch {
    // Said above.
  }
}
