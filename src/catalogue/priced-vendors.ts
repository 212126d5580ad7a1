// Which of genai-prices' providers tell the prices of ours, and where its table is known to be wrong.

/** Where the prices of one of our providers stand. */
export interface PricedVendor {
  /** Its names over there, the first one first. */
  readonly sources: readonly string[]
  /** What may stand before a model's name and means nothing. */
  readonly prefix?: string
  /** Other names of a model, in lower case, and the name that stands in the table. */
  readonly aliases?: Readonly<Record<string, string>>
  /** The prices are those of the list, and the bill may differ: every price of it is marked as assumed. */
  readonly isAssumed?: true
  /** A model whose name ends so is free there, and the table gives it no price at all. */
  readonly freeSuffix?: string
  /** Percent of the ordinary price, by the vendor's word for how a call was served. */
  readonly serviceTiers?: Readonly<Record<string, number>>
}

/**
 * By our names for the providers. One that does not stand here has no known prices: alibaba, nvidia, deepinfra,
 * sambanova and venice are not in the table, huggingface hands a request to a host that nobody names beforehand, and
 * what a server on the app's own machine costs only the app knows.
 */
export const pricedVendors: ReadonlyMap<string, PricedVendor> = new Map<string, PricedVendor>([
  // https://developers.openai.com/api/docs/guides/flex-processing: billed at the rates of the batch API, which are half
  // of the ordinary ones. What `priority` costs differs by model (1.8 to 2.5 times), so it has no known price.
  ['openai', { sources: ['openai'], serviceTiers: { flex: 50, batch: 50 } }],
  ['anthropic', { sources: ['anthropic'], aliases: { 'claude-2.0': 'claude-2', 'claude-2.1': 'claude-2' } }],
  // A global deployment costs what OpenAI asks; one in a region more. What the app calls a deployment is its own affair:
  // a name that is no model's has no known price, and one that is a model's is taken at its word.
  ['azure', { sources: ['azure', 'openai'], isAssumed: true }],
  // https://ai.google.dev/gemini-api/docs/models: the long form of a name begins so.
  [
    'gemini',
    {
      sources: ['google'],
      prefix: 'models/',
      aliases: { 'gemini-1.5-flash-8b': 'gemini-flash-1.5-8b' },
    },
  ],
  ['deepseek', { sources: ['deepseek'] }],
  ['mistral', { sources: ['mistral'] }],
  ['xai', { sources: ['x-ai'] }],
  // https://docs.perplexity.ai/getting-started/pricing: the fee for a request depends on how much was searched, and the
  // table has the highest.
  ['perplexity', { sources: ['perplexity'], isAssumed: true }],
  ['moonshot', { sources: ['moonshotai'] }],
  ['zai', { sources: ['zai'] }],
  ['minimax', { sources: ['minimax'] }],
  ['groq', { sources: ['groq'] }],
  // https://openrouter.ai/docs/faq: each host behind the gateway has a price of its own, and the table has one of them;
  // what ends in `:free` costs nothing.
  ['openrouter', { sources: ['openrouter'], isAssumed: true, freeSuffix: ':free' }],
  ['together', { sources: ['together'] }],
  ['fireworks', { sources: ['fireworks'] }],
  ['cerebras', { sources: ['cerebras'] }],
])

/** A fault of the table. */
export interface PriceCorrection {
  readonly source: string
  /** The model's id there. */
  readonly id: string
  /** What the table says. Where it says something else by now, the correction is void. */
  readonly was: unknown
  /** What is right, in the table's own form. */
  readonly is: unknown
}

/** Faults that the table itself tells of, or that the vendor's own page shows. */
export const priceCorrections: readonly PriceCorrection[] = [
  // https://developers.openai.com/api/docs/models/gpt-4o-audio-preview: audio costs 16 and 8 times as much as text.
  {
    source: 'openai',
    id: 'gpt-4o-audio-preview',
    was: { input_mtok: 2.5, output_mtok: 10 },
    is: { input_mtok: 2.5, output_mtok: 10, input_audio_mtok: 40, output_audio_mtok: 80 },
  },
  // https://developers.openai.com/api/docs/models/gpt-4o-mini-audio-preview
  {
    source: 'openai',
    id: 'gpt-4o-mini-audio-preview',
    was: { input_mtok: 0.15, output_mtok: 0.6 },
    is: { input_mtok: 0.15, output_mtok: 0.6, input_audio_mtok: 10, output_audio_mtok: 20 },
  },
  // The table's own remark: half the price until 9 September 2026, 24:00 in Beijing.
  {
    source: 'zai',
    id: 'GLM-5.3-Flash',
    was: { input_mtok: 0.075, cache_read_mtok: 0.015, output_mtok: 0.25 },
    is: [
      { prices: { input_mtok: 0.075, cache_read_mtok: 0.015, output_mtok: 0.25 } },
      {
        constraint: { start_date: '2026-09-10' },
        prices: { input_mtok: 0.15, cache_read_mtok: 0.03, output_mtok: 0.5 },
      },
    ],
  },
]
