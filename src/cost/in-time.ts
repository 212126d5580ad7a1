// Waits for a store, but not for one that hangs.

import type { CancelTimer, Clock } from '../core/clock.js'
import { ByokError } from '../core/errors.js'

/** A store that has not answered after this counts as one that cannot be reached. */
const storeLimitMs = 5_000

/** A store in memory has answered by then, and needs no timer. */
const instantTurns = 4

/** What the store answers. Rejects where it fails, or is silent for five seconds. */
export async function inTime<Answer>(clock: Clock, ask: () => Promise<Answer>): Promise<Answer> {
  const answer = ask()
  let isOver = false
  const end = (): void => {
    isOver = true
  }
  answer.then(end, end)
  for (let turn = 0; turn < instantTurns && !isOver; turn += 1) await undefined
  return isOver ? answer : untilLimit(clock, answer)
}

async function untilLimit<Answer>(clock: Clock, answer: Promise<Answer>): Promise<Answer> {
  let cancel: CancelTimer | undefined
  const silence = new Promise<never>((_, reject) => {
    cancel = clock.timer(storeLimitMs, () => {
      reject(new ByokError('store-unavailable', `The store has not answered within ${storeLimitMs} ms.`))
    })
  })
  try {
    return await Promise.race([answer, silence])
  } finally {
    cancel?.()
  }
}
