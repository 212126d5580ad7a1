// What every contestant asks for: the same short conversation, an obvious test key, known models.

export const API_KEY = 'test-key-bench-0001'
export const OPENAI_MODEL = 'gpt-4o-mini'
export const ANTHROPIC_MODEL = 'claude-haiku-4-5'
export const MAX_TOKENS = 1_024
export const MESSAGES = [{ role: 'user', content: 'Say something long about foxes.' }]
/** One money budget and one rate limit, neither of which is ever reached. */
export const LIMITS = {
  budgets: [{ scope: 'tenant', usd: 1_000_000, per: 'day' }],
  rateLimits: [{ scope: 'tenant', requests: 1_000_000_000 }],
}
/** A prompt of 415 characters. */
export const PROMPT = [
  'Our support team gets about forty messages a day from customers who cannot log in after they have ',
  'changed an address. Please look at the three most likely causes, say for each of them how we ',
  'could tell it apart from the others by the logs of the web server, and suggest which one we ',
  'should mend first, given that only one developer has time for it this week. Keep the answer to ',
  'about half a page of plain, dry text.',
].join('')
/** Every provider that the catalogue knows models of. */
export const PROVIDERS = [
  'alibaba',
  'anthropic',
  'cerebras',
  'deepinfra',
  'deepseek',
  'fireworks',
  'gemini',
  'groq',
  'huggingface',
  'minimax',
  'mistral',
  'moonshot',
  'nvidia',
  'openai',
  'openrouter',
  'perplexity',
  'sambanova',
  'together',
  'venice',
  'xai',
  'zai',
]
export const OPENAI_TOOLS = [
  {
    type: 'function',
    function: {
      name: 'save',
      description: 'Saves a text.',
      parameters: { type: 'object', properties: { text: { type: 'string' } }, required: ['text'] },
    },
  },
]
export const OPENAI_STREAM = {
  model: OPENAI_MODEL,
  messages: MESSAGES,
  stream: true,
  stream_options: { include_usage: true },
}
