// What is known of a model: a row of the catalogue.

/** What a model reads or writes. */
export type Modality = 'text' | 'image' | 'audio' | 'video' | 'document'

/** The kinds of work that models are rated by. */
export type WorkKind =
  | 'general'
  | 'hard'
  | 'coding'
  | 'math'
  | 'instruction'
  | 'creative'
  | 'multiTurn'
  | 'long'

/** What a model can do besides answering with text. Absent: unknown, which counts as missing where it is asked for. */
export interface ModelAbilities {
  readonly tools?: boolean
  readonly parallelTools?: boolean
  /** Answers by a JSON Schema that it is held to. */
  readonly structuredOutput?: boolean
  readonly reasoning?: boolean
  readonly promptCache?: boolean
  readonly computerUse?: boolean
}

/** US dollars for a million tokens; what is not given costs as much as plain input. */
export interface CatalogueRates {
  readonly inputPerMillion?: number
  readonly outputPerMillion?: number
  readonly cacheReadPerMillion?: number
  readonly cacheWritePerMillion?: number
}

/** What a model costs. */
export interface CataloguePrice extends CatalogueRates {
  readonly inputPerMillion: number
  readonly outputPerMillion: number
  /** Other rates for long prompts: they hold for every token of a call whose whole prompt is longer than `promptTokens`. */
  readonly above?: readonly (CatalogueRates & { readonly promptTokens: number })[]
}

/** How a model's reasoning is asked for: by a level, by a number of tokens, or as on and off. */
export type ReasoningControl = 'effort' | 'tokens' | 'switch'

/** A model of a provider: the row by which it may be chosen. `undefined` is not known. */
export interface ModelInfo {
  readonly provider: string
  /** The provider's own name for it, as it is sent. */
  readonly model: string
  readonly description?: string | undefined
  /** Tokens that it can read and write together. */
  readonly contextWindow?: number | undefined
  readonly maxOutputTokens?: number | undefined
  /** What it reads. Absent: unknown. */
  readonly input?: readonly Modality[] | undefined
  /** What it writes. Absent: unknown. */
  readonly output?: readonly Modality[] | undefined
  readonly abilities?: ModelAbilities | undefined
  /** How its reasoning is asked for. */
  readonly reasoningControls?: readonly ReasoningControl[] | undefined
  /** Up to when it knows the world: `2025-01`. */
  readonly knowledgeDate?: string | undefined
  /** From 0 to 100 by kind of work; what is missing counts as `general`. */
  readonly quality?: Readonly<Partial<Record<WorkKind, number>>> | undefined
  /** The quality is no rating of this very model, but a guess from its family, price and age. */
  readonly isQualityEstimated?: boolean | undefined
  /** What it cost when the catalogue was made; newer prices go before it. */
  readonly price?: CataloguePrice | undefined
  /** It does one thing only (search, moderation, reading documents …), and takes part only where it is named. */
  readonly isSpecialPurpose?: boolean | undefined
  /** How many ordinary calls one call counts for in the provider's own allowance. @default 1 */
  readonly quotaWeight?: number | undefined
}
