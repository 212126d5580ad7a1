// What the sources do not say, and vendors' own pages do; and which models are left out, or are for one thing only.

/** Names that mean no model of their own: they stand for others, or for another way of paying. */
export const leftOut = [
  { name: /^~/, why: "OpenRouter's names for the newest of a family" },
  { name: /:batch$/, why: 'answers within a day, not in a conversation' },
  { name: /^(?:auto|openrouter\/.*|typesafe\/jev-router)$/, why: 'chooses among other models' },
  { name: /^accounts\/fireworks\/routers\//, why: 'chooses among deployments of other models' },
  { name: /-image(?:-preview)?$|nano-banana/, why: 'makes pictures' },
  { name: /-embed|embedding|-tts|whisper|moderation/, why: 'no chat model' },
]

/** Models that take part only where they are named. */
export const specialPurpose = [
  { name: /deep-research/, why: 'researches for minutes' },
  { name: /^sonar/, why: 'searches the web for every answer, for a fee besides the tokens' },
  { name: /relace-search/, why: 'searches code' },
  { name: /computer-use/, why: 'operates a screen' },
  { name: /robotics|cosmos-reason/, why: 'plans for robots' },
  { name: /safeguard|guard/, why: 'judges content' },
  { name: /voxtral|gpt-audio/, why: 'is for sound' },
  { name: /ocr/, why: 'reads documents' },
  { name: /leanstral/, why: 'writes formal proofs' },
  { name: /-legal$/, why: 'is for law' },
  { name: /-cyber$|daybreak/, why: 'is for admitted security researchers' },
  { name: /-customtools$/, why: 'is for agents whose own tools stand beside a shell' },
  { name: /:free$/, why: 'is for trials: few calls a day, and prompts may be kept' },
  { name: /-contributor$/, why: 'is cheap because prompts may be kept for training' },
  // https://developers.openai.com/api/docs/models: these answer on the Responses API alone.
  {
    provider: 'openai',
    name: /^(?:o1-pro|o3-pro|gpt-5(?:\.\d)?-pro|gpt-5\.3-codex(?:-spark)?)$/,
    why: 'answers on the Responses API alone',
  },
]

/** Models of which only the vendor's own page tells that they are there: no source of today lists the provider. */
export const listedHere = [
  // https://docs.perplexity.ai/getting-started/models
  ...['sonar', 'sonar-pro', 'sonar-reasoning-pro', 'sonar-deep-research'].map((model) => ({
    provider: 'perplexity',
    model,
  })),
]

/** Listings that a source has, and that are not the provider's ordinary offer. */
export const notOffered = [
  // Listed without a price, for the coding plan.
  { provider: 'zai', name: /-highspeed$/ },
  // The token plan has other vendors' models too.
  { provider: 'alibaba', name: /^(?!qwen)/ },
]

/**
 * Abilities by maker. `maker` is what stands before the slash at a gateway, or the provider itself.
 * A model of a maker that does not stand here has what the sources say.
 */
export const abilityFacts = [
  // https://platform.claude.com/docs/en/build-with-claude/pdf-support and .../tool-use/implement-tool-use
  { maker: 'anthropic', document: true, parallelTools: true },
  // https://platform.claude.com/docs/en/agents-and-tools/tool-use/computer-use-tool
  { maker: 'anthropic', identity: /^claude-(?:opus|sonnet|haiku)-4-[5-8]$/, computerUse: true },
  // https://developers.openai.com/api/docs/guides/pdf-files: models that see also read documents.
  { maker: 'openai', identity: /^(?:gpt-4o|gpt-4-1|gpt-[5-9]|o\d)/, document: true },
  // https://developers.openai.com/api/docs/guides/structured-outputs: from GPT-4o of August 2024 on.
  { maker: 'openai', identity: /^(?:gpt-4o|gpt-4-1|gpt-[5-9]|o\d)/, structuredOutput: true },
  { maker: 'openai', model: /gpt-4o-2024-05-13$|gpt-4o:|^gpt-4$|gpt-4-turbo/, structuredOutput: false },
  { maker: 'openai', identity: /^(?:gpt-4o|gpt-4-1|gpt-4-turbo)/, parallelTools: true },
  // https://ai.google.dev/gemini-api/docs/document-processing and .../structured-output
  { maker: 'google', identity: /^gemini-/, document: true, structuredOutput: true },
  { maker: 'google', identity: /computer-use/, computerUse: true },
  // https://docs.mistral.ai/capabilities/structured_output
  { maker: 'mistralai', structuredOutput: true },
  // https://docs.x.ai/docs/guides/structured-outputs
  { maker: 'x-ai', structuredOutput: true },
  // https://docs.perplexity.ai/guides/structured-outputs
  { maker: 'perplexity', structuredOutput: true },
  // https://platform.kimi.ai/docs/overview
  { maker: 'moonshotai', identity: /^kimi-k3/, structuredOutput: true },
  // https://console.groq.com/docs/structured-outputs
  { provider: 'groq', identity: /^gpt-oss-/, structuredOutput: true },
  // https://docs.fireworks.ai/structured-responses/structured-response-formatting
  { provider: 'fireworks', structuredOutput: true },
  // https://inference-docs.cerebras.ai/capabilities/structured-outputs
  { provider: 'cerebras', structuredOutput: true },
  // GPT-5.6 and later take tools over chat only with reasoning `none`: see docs/providers.md.
  { provider: 'openai', identity: /^gpt-(?:5-[6-9]|[6-9])(?:-|$)/, tools: undefined },
]

/** The maker's name at a gateway, by our provider. */
export const makers = {
  openai: 'openai',
  anthropic: 'anthropic',
  gemini: 'google',
  mistral: 'mistralai',
  xai: 'x-ai',
  moonshot: 'moonshotai',
  perplexity: 'perplexity',
}
