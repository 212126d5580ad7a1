// What models cost: the contract behind which prices stand, and what they are made of.

/**
 * A price by the length of the whole prompt: the last tier whose `above` the prompt exceeds holds for all tokens of the
 * call, not only for those beyond it.
 */
export interface TieredRate {
  readonly base: number
  /** In rising order. */
  readonly tiers: readonly { readonly above: number; readonly rate: number }[]
}

/** Nano-dollars for a million tokens: whole, so that sums are exact. `150_000_000` is $0.15. */
export type Rate = number | TieredRate

/** The prices of a model, one for each bucket of usage. */
export interface ModelPrice {
  readonly input: Rate
  readonly output: Rate
  /** @default as `input`: what is not known to be cheaper is not made cheaper */
  readonly cacheRead?: Rate
  /**
   * In tokens: a shorter beginning of a prompt is not kept in the cache. For what is expected of a call; no bill stands on
   * it. @default 1,024
   */
  readonly cacheFromTokens?: number
  /** @default as `input` */
  readonly cacheWrite?: Rate
  /** @default as `cacheWrite` */
  readonly cacheWrite1h?: Rate
  /** @default as `input` */
  readonly audioInput?: Rate
  /** @default as `input` */
  readonly imageInput?: Rate
  /** @default as `output` */
  readonly audioOutput?: Rate
  /** @default as `output` */
  readonly imageOutput?: Rate
  /** For each call besides its tokens, in nano-dollars. @default 0 */
  readonly perCall?: number
  /**
   * Percent of these rates by the provider's word for how a call was served (`flex: 50`). A way that does not stand here
   * has no known price. @default the ordinary way alone
   */
  readonly serviceTiers?: Readonly<Record<string, number>>
}

/** A price that was found, and how far it can be trusted. */
export interface FoundPrice {
  readonly price: ModelPrice
  /** Which table it comes from: stands in every record of what was paid by it. */
  readonly version: string
  /** Where it is not the exact price of this very model today: the table is out of date, or it was assumed. */
  readonly caveat?: 'stale' | 'assumed'
  /** Tokens that the model can read and write together, where the table says so. */
  readonly contextWindow?: number
}

/** Knows what models cost. */
export interface PriceSource {
  /**
   * Loads what `find` reads. Called before it, and again every ten minutes at the most, so that it can take up what other
   * processes have fetched; never over the network.
   */
  load?(): Promise<void>
  /** False where it knows no model of this provider, so that it need not be loaded for it. @default true */
  covers?(provider: string): boolean
  /** The price of a model at a moment (milliseconds since 1970), or `undefined`: never a guess from a similar name. */
  find(provider: string, model: string, at: number): FoundPrice | undefined
  /** Fetches newer prices, where the source can. Only on request. */
  refresh?(signal?: AbortSignal): Promise<void>
}
