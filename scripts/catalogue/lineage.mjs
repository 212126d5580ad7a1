// Reads off a model's name which family it is of, which version, and how large it is.

/** Families, by the words that their models' names begin with. The first that fits counts. */
const families = [
  ['claude', /^claude-/],
  ['gpt-oss', /^gpt-oss-/],
  ['gpt', /^(?:chatgpt|gpt|chat-latest)/],
  ['o', /^o\d/],
  ['gemini', /^gemini-/],
  ['gemma', /^(?:diffusion)?gemma/],
  ['grok', /^grok-/],
  ['glm', /^glm-/],
  ['deepseek', /^deepseek-/],
  ['kimi', /^kimi-/],
  ['qwen', /^(?:qwen|qwq)/],
  ['mistral', /^(?:open-|labs-)?(?:mistral|ministral|magistral|codestral|devstral|pixtral|mixtral|voxtral)/],
  ['nemotron', /nemotron/],
  ['llama', /^llama-/],
  ['minimax', /^minimax-/],
  ['nova', /^(?:amazon-)?nova-/],
  ['command', /^command-/],
  ['step', /^step-/],
  ['ling', /^ling-/],
  ['hunyuan', /^(?:hunyuan|hy\d)/],
  ['longcat', /^longcat-/],
]

/** Versions that a name does not tell, or not in this form. */
const versions = {
  'gpt-4o': 4,
  'gpt-4o-mini': 4,
  'gpt-audio': 5,
  'gpt-audio-mini': 5,
  'gpt-3-5-turbo-0613': 3.5,
  'gpt-3-5-turbo-0125': 3.5,
  'gpt-3-5-turbo-1106': 3.5,
  'grok-build-0-1': 4.2,
  'glm-4-5v': 4.5,
  'glm-4-6v': 4.6,
  'glm-4-6v-flash': 4.6,
  'glm-5v-turbo': 5,
  'command-r': 1,
  'command-r-plus': 1,
  'command-r-08-2024': 2,
  'command-r-plus-08-2024': 2,
  'command-r7b-12-2024': 2,
  'command-a-03-2025': 3,
  'command-a-plus': 3.5,
  'mistral-7b-instruct': 1,
  'mistral-7b-instruct-v0-2': 1,
  'mistral-7b-instruct-v0-3': 1,
  'mixtral-8x7b-instruct-v0-1': 1,
  'mixtral-8x22b-instruct-v0-1': 1,
  'mistral-large-2402': 1,
  'mistral-large-2407': 2,
  'mistral-large-2411': 2,
  'mistral-large': 2,
  'mistral-medium': 1,
  'mistral-saba': 2,
  'mistral-nemo': 2,
  'open-mistral-nemo': 2,
  'pixtral-12b': 2,
  'ministral-8b-2410': 2,
  'ministral-3b-2512': 3,
  'ministral-8b-2512': 3,
  'ministral-14b-2512': 3,
  'magistral-medium-2506': 3,
  'magistral-medium-latest': 3.1,
  'codestral-2508': 3.1,
  'devstral-2512': 3.3,
  'labs-devstral-small-2512': 3.3,
}

/** Billions of parameters that a name does not tell in this form. */
const sizes = { 'lfm-2-5-2-6b': 2.6, 'lfm-3-1-7b': 1.7, 'qwen3-8-2-4t-a95b': 2400, 'gemma-3n-e4b-it': 4 }

/** Words that say nothing of which line of a family a model belongs to. */
const idleWords =
  /^(?:\d.*|[vkm]\d.*|a?\d+b|preview|it|instruct|exp|latest|chat|thinking|reasoning|terminus|high|no)$/

/** Words by which makers tell their smaller models from the large ones: how many steps down each is. */
const smaller = {
  flash: 1,
  air: 1,
  lite: 1,
  lightning: 1,
  mini: 2,
  small: 2,
  haiku: 2,
  luna: 2,
  nano: 3,
  tiny: 3,
  micro: 3,
}

/** What is read off a model's plain name: family, line (`claude-opus`), version, and how many billion parameters. */
export function lineage(identity) {
  const [family] = families.find(([, pattern]) => pattern.test(identity)) ?? [undefined]
  const [, size] = /(?:^|-)(\d+)b(?:-|$)/.exec(identity) ?? []
  const words = identity.replace(/^([a-z]+)\d+/, '$1').split('-')
  return {
    family,
    line: words.filter((word) => !idleWords.test(word)).join('-'),
    tier: -words.reduce((sum, word) => sum + (smaller[word] ?? 0), 0),
    version: versions[identity] ?? versionOf(identity),
    logSize: Math.log10(sizes[identity] ?? (size === undefined ? Number.NaN : Number(size))),
  }
}

function versionOf(identity) {
  const [, whole, part] = /(?:^|[a-z-])(\d{1,2})(?:-(\d{1,2}))?(?![\da-z])/.exec(identity) ?? []
  return whole === undefined ? Number.NaN : Number(part === undefined ? whole : `${whole}.${part}`)
}
