// What keeps retries from doubling an outage: they are paid from a purse that only successes fill.

/** What a purse holds when it is full. */
const capacity = 500

/** What each kind of extra request costs. */
const costs = { transient: 14, throttle: 5 } as const

/** More tenants than one process serves; the one that was seen longest ago starts again with a full purse. */
const mostPurses = 10_000

/**
 * A purse for each tenant and provider. A retry, or the request without streaming after an outage-like failure, takes its
 * cost; a success gives back what its request took, and a little where it took nothing, so that a purse fills again. The
 * figures are those of the AWS SDKs' standard retry mode (AWS SDKs and Tools Reference Guide, "Retry behavior"), but for
 * throttling, which costs them as much as a timeout.
 */
export class RetryTokens {
  readonly #purses = new Map<string, number>()

  /** Takes the cost of an extra request; gives back what was taken, or `undefined` where the purse holds too little. */
  take(owner: string, kind: keyof typeof costs): number | undefined {
    const held = this.#heldBy(owner)
    const cost = costs[kind]
    if (held < cost) return undefined
    this.#purses.set(owner, held - cost)
    return cost
  }

  /** A request succeeded that had taken so much. */
  giveBack(owner: string, taken: number): void {
    const held = this.#purses.get(owner)
    if (held === undefined) return // a purse that nobody has taken from is full
    const filled = held + Math.max(taken, 1)
    this.#purses.delete(owner) // it goes to the end of the line, or, full again, is not kept
    if (filled < capacity) this.#purses.set(owner, filled)
  }

  #heldBy(owner: string): number {
    const held = this.#purses.get(owner) ?? capacity
    this.#purses.delete(owner) // it goes to the end of the line
    const oldest = this.#purses.keys().next()
    if (this.#purses.size >= mostPurses && !oldest.done) this.#purses.delete(oldest.value)
    this.#purses.set(owner, held)
    return held
  }
}
