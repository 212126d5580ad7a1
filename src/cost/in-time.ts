// Waits for what the app has given us, but not for what hangs.

import type { CancelTimer, Clock } from '../core/clock.js'
import { ByokError } from '../core/errors.js'

/** A store that has not answered after this counts as one that cannot be reached. */
const storeLimitMs = 5_000

/** A store in memory has answered by then, and needs no timer. */
const instantTurns = 4

/** What the store answers. Rejects where it fails, or with `store-unavailable` where it is silent for too long. */
export async function inTime<Answer>(
  clock: Clock,
  ask: () => Promise<Answer>,
  who = 'The store',
  limitMs = storeLimitMs,
): Promise<Answer> {
  const answer = ask()
  let isOver = false
  const end = (): void => {
    isOver = true
  }
  answer.then(end, end)
  for (let turn = 0; turn < instantTurns && !isOver; turn += 1) await undefined
  return isOver ? answer : untilLimit(clock, answer, who, limitMs)
}

/** The same for each step of a list that the store hands out piece by piece. */
export async function* eachInTime<Item>(clock: Clock, items: AsyncIterable<Item>): AsyncGenerator<Item> {
  const source = items[Symbol.asyncIterator]()
  try {
    while (true) {
      const next = await inTime(clock, async () => source.next())
      if (next.done) return
      yield next.value
    }
  } finally {
    Promise.resolve(source.return?.()).catch(() => undefined) // one that hangs is not waited for
  }
}

async function untilLimit<Answer>(
  clock: Clock,
  answer: Promise<Answer>,
  who: string,
  limitMs: number,
): Promise<Answer> {
  let cancel: CancelTimer | undefined
  const silence = new Promise<never>((_, reject) => {
    cancel = clock.timer(limitMs, () => {
      reject(new ByokError('store-unavailable', `${who} has not answered within ${limitMs} ms.`))
    })
  })
  try {
    return await Promise.race([answer, silence])
  } finally {
    cancel?.()
  }
}
