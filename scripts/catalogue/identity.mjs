// Tells which model a name means, whoever serves it: by its whole name, and by a table of other names.

/** Other names of a model, in the plain form that `identityOf` makes. Never a part of a name. */
export const otherNames = {
  // Names that a host or gateway has made up.
  'deepseek-chat': 'deepseek-v3',
  'deepseek-chat-v3-0324': 'deepseek-v3-0324',
  'deepseek-chat-v3-1': 'deepseek-v3-1',
  'llama-3-3-70b-versatile': 'llama-3-3-70b-instruct',
  'llama-3-1-8b-instant': 'llama-3-1-8b-instruct',
  'llama-4-maverick': 'llama-4-maverick-17b-128e-instruct',
  'llama-4-scout': 'llama-4-scout-17b-16e-instruct',
  'qwen3-235b-a22b-2507': 'qwen3-235b-a22b-instruct-2507',
  'qwen3-coder': 'qwen3-coder-480b-a35b-instruct',
  'qwen-3-8-27b': 'qwen3-8-27b',
  'qwen3-8-max-0902': 'qwen3-8-max',
  'qwen-2-5-72b-instruct': 'qwen2-5-72b-instruct',
  'qwen-2-5-7b-instruct': 'qwen2-5-7b-instruct',
  'command-a': 'command-a-03-2025',
  'nova-pro-v1': 'amazon-nova-pro-v1-0',
  'nova-lite-v1': 'amazon-nova-lite-v1-0',
  'nova-micro-v1': 'amazon-nova-micro-v1-0',
  'nova-2-lite-v1': 'nova-2-lite',
  'mixtral-8x22b-instruct': 'mixtral-8x22b-instruct-v0-1',
  'zai-glm-5-2': 'glm-5-2',
  'zai-glm-5-3': 'glm-5-3',
  'zai-glm-5-3-flash': 'glm-5-3-flash',
  'deepseek-v4-1-flash-1017': 'deepseek-v4-1-flash',
  'deepseek-flash': 'deepseek-v4-1-flash',
  'gpt-5-chat-latest': 'gpt-5-chat',
  'gpt-chat-latest': 'chat-latest',
  'gemini-2-5-pro-preview': 'gemini-2-5-pro',
  'gemini-3-1-flash-lite-preview': 'gemini-3-1-flash-lite',
  'nvidia-nemotron-3-5-super-vl': 'nemotron-3-5-super-vl',
  'nemotron-3-5-super-vl-120b-a12b': 'nemotron-3-5-super-vl',
  'nemotron-3-5-lightning-30b-a3b': 'nemotron-3-5-lightning',
  'muse-spark-open-816b-a42b': 'muse-spark-open',
  // The same model, faster, or for less because prompts may be kept.
  'kimi-k2-7-code-highspeed': 'kimi-k2-7-code',
  'kimi-k3-1-pro-highspeed': 'kimi-k3-1-pro',
  'minimax-m2-7-highspeed': 'minimax-m2-7',
  'mimo-v2-6-pro-ultraspeed': 'mimo-v2-6-pro',
  'muse-spark-1-2-contributor': 'muse-spark-1-2',
  'muse-spark-1-3-contributor': 'muse-spark-1-3',
  // A name with a version, and the same model's name with a date.
  'mistral-large-2512': 'mistral-large-3',
  'mistral-large-latest': 'mistral-large-3',
  'mistral-large-4-0': 'mistral-large-4',
  'mistral-large-4-0-8': 'mistral-large-4',
  'mistral-medium-2505': 'mistral-medium-3',
  'mistral-medium-2508': 'mistral-medium-3-1',
  'mistral-medium-2604': 'mistral-medium-3-5',
  'mistral-medium-latest': 'mistral-medium-3-5',
  'mistral-small-2506': 'mistral-small-3-2',
  'mistral-small-3-2-24b-instruct': 'mistral-small-3-2',
  'mistral-small-3-1-24b-instruct': 'mistral-small-3-1',
  'mistral-small-3-1-24b-instruct-2503': 'mistral-small-3-1',
  'mistral-small-24b-instruct-2501': 'mistral-small-3',
  'mistral-small-2603': 'mistral-small-4',
  'mistral-small-latest': 'mistral-small-4',
  'kimi-k2-0711-preview': 'kimi-k2',
  'kimi-k2-instruct': 'kimi-k2',
  'kimi-k2-0905-preview': 'kimi-k2-0905',
  'kimi-k2-instruct-0905': 'kimi-k2-0905',
  'gpt-4-0613': 'gpt-4',
  'gemini-2-0-flash-001': 'gemini-2-0-flash',
  'gemini-2-0-flash-lite-preview-02-05': 'gemini-2-0-flash-lite',
  'minimax-m1-80k': 'minimax-m1',
  'grok-4-0709': 'grok-4',
  'grok-3-preview-02-24': 'grok-3',
  'grok-3-mini-beta': 'grok-3-mini',
  'deepseek-v2-5-1210': 'deepseek-v2-5',
  'gemini-1-5-pro-002': 'gemini-1-5-pro',
  'gemini-1-5-flash-002': 'gemini-1-5-flash',
  'gemini-1-5-flash-8b-001': 'gemini-1-5-flash-8b',
}

/**
 * Models that were rated only while thinking, or only in a preview of the same weights: that rating stands for them.
 * Where a model was rated as it is by default, that is its rating, and those while thinking are not looked at.
 */
export const ratedAs = {
  'gpt-5': 'gpt-5-high',
  'gpt-5-mini': 'gpt-5-mini-high',
  'gpt-5-nano': 'gpt-5-nano-high',
  'kimi-k2-thinking': 'kimi-k2-thinking-turbo',
  'gemini-2-5-flash-lite': 'gemini-2-5-flash-lite-preview-06-17-thinking',
  'gemini-3-pro-preview': 'gemini-3-pro',
}

const dateAtEnd = /-20\d\d-?[01]\d-?[0-3]\d$/

/** A model's name in plain form: without vendor and date, in small letters, with dashes only. */
export function plainName(model) {
  const name = model.toLowerCase().split('/').at(-1).replace(/:\w+$/, '')
  const dotted = model.startsWith('accounts/fireworks/') ? name.replaceAll(/(\d)p(\d)/g, '$1.$2') : name
  return dotted.replaceAll(/[._]/g, '-').replace(dateAtEnd, '')
}

/** The name by which a model is known here, whoever serves it. */
export function identityOf(model) {
  const name = plainName(model)
  return Object.hasOwn(otherNames, name) ? otherNames[name] : name
}

/** Of several ratings of one model (its dated versions), the one under the name without a date counts, else the newest. */
export function ratingsByIdentity(ratings) {
  const found = new Map()
  for (const [name, rating] of Object.entries(ratings)) {
    const identity = identityOf(name)
    const rank = dateAtEnd.test(name) ? name : `~${name}`
    const before = found.get(identity)
    if (before === undefined || before.rank < rank) found.set(identity, { name, rank, rating })
  }
  for (const [identity, name] of Object.entries(ratedAs)) {
    const own = found.get(identity)
    const other = found.get(name)
    if (own === undefined && other !== undefined) found.set(identity, other)
  }
  return found
}
