// Who is measured, as data. The reference of a wire comes first; all others are divided by it.

/**
 * @typedef {object} Contestant
 * @property {string} id
 * @property {string} title as the table shows it
 * @property {'openai' | 'anthropic' | 'none' | 'auto' | 'plan' | 'store' | 'classifier'} wire
 * @property {string} file beside this one; exports `open(baseURL)`, which gives the operations of the metrics
 * @property {true} [reference]
 * @property {true} [judged] held to the targets
 * @property {Record<string, string>} [packages] what must be installed for it; measured only with `--peers`
 * @property {string} [only] the one metric that it takes part in
 * @property {{ specifier: string, construct?: { name: string, options: object } }} [load] what a user imports
 */

/** @type {Contestant[]} */
export const CONTESTANTS = [
  {
    id: 'openai',
    title: 'openai SDK',
    wire: 'openai',
    file: 'openai-sdk.mjs',
    reference: true,
    load: { specifier: 'openai' },
  },
  { id: 'fetch', title: 'fetch + minimal parser', wire: 'openai', file: 'fetch.mjs' },
  {
    id: 'as-response',
    title: 'openai .asResponse() + parser',
    wire: 'openai',
    file: 'openai-as-response.mjs',
  },
  {
    id: 'byok',
    title: 'byok-handler',
    wire: 'openai',
    file: 'byok.mjs',
    judged: true,
    load: {
      specifier: 'byok-handler',
      construct: { name: 'BYOKHandler', options: { keys: { openai: 'test-key-bench-0001' } } },
    },
  },
  {
    id: 'vercel-ai',
    title: 'Vercel ai',
    wire: 'openai',
    file: 'vercel-ai.mjs',
    packages: { ai: '^7.0.0', '@ai-sdk/openai': '^4.0.0' },
    load: { specifier: 'ai' },
  },
  {
    id: 'anthropic',
    title: '@anthropic-ai/sdk',
    wire: 'anthropic',
    file: 'anthropic-sdk.mjs',
    reference: true,
  },
  { id: 'anthropic-fetch', title: 'fetch + minimal parser', wire: 'anthropic', file: 'anthropic-fetch.mjs' },
  {
    id: 'byok-anthropic',
    title: 'byok-handler',
    wire: 'anthropic',
    file: 'byok-anthropic.mjs',
    judged: true,
  },
  { id: 'openai-before', title: 'openai SDK', wire: 'none', file: 'openai-before.mjs', reference: true },
  { id: 'byok-before', title: 'byok-handler', wire: 'none', file: 'byok-before.mjs', judged: true },
  { id: 'openai-auto', title: 'openai SDK', wire: 'auto', file: 'openai-before.mjs', reference: true },
  { id: 'byok-auto', title: 'byok-handler', wire: 'auto', file: 'byok-auto.mjs', judged: true },
  { id: 'plan', title: 'byok-handler', wire: 'plan', file: 'byok-plan.mjs', reference: true, judged: true },
  { id: 'store', title: 'memoryStore', wire: 'store', file: 'store.mjs', reference: true, judged: true },
  {
    id: 'byok-books',
    title: 'a budget and a rate limit, in the handler',
    wire: 'store',
    file: 'byok-books.mjs',
    only: 'admit', // a difference of rare slow calls is noise
  },
  {
    id: 'classifier',
    title: 'the built-in classifier',
    wire: 'classifier',
    file: 'classifier.mjs',
    reference: true,
    judged: true,
  },
]
