// Waits for a store, but not for one that hangs.

import type { CancelTimer, Clock } from '../core/clock.js'
import { ByokError } from '../core/errors.js'

/** A store that has not answered after this counts as one that cannot be reached. */
const storeLimitMs = 5_000

/** What the store answers. Rejects where it fails, or is silent for five seconds. */
export async function inTime<Answer>(clock: Clock, ask: () => Promise<Answer>): Promise<Answer> {
  let cancel: CancelTimer | undefined
  try {
    return await new Promise<Answer>((resolve, reject) => {
      cancel = clock.timer(storeLimitMs, () => {
        reject(new ByokError('store-unavailable', `The store has not answered within ${storeLimitMs} ms.`))
      })
      ask().then(resolve, reject)
    })
  } finally {
    cancel?.()
  }
}
