// Rows of the vendors that serve their own models.

import type { ChatQuirks } from '../../wire/openai-chat/quirks.js'
import type { ProviderRow } from './row.js'

/**
 * https://platform.openai.com/docs/api-reference/chat/create
 * GPT-5.4 and later refuse the effort `minimal`, so it is asked for as `low`, which every reasoning model takes.
 */
const openaiQuirks: Partial<ChatQuirks> = {
  maxTokensField: 'max_completion_tokens',
  developerRole: true,
  userField: 'safety_identifier',
  stopLimit: 4,
  toolCallIds: { maxLength: 40 },
  customTools: true,
  refusals: true,
}

/** The vendors that serve their own models. A comment gives the pages that a row's facts come from. */
export const makers: readonly ProviderRow[] = [
  // https://platform.openai.com/docs/models
  // The default is the newest inexpensive model that takes tools here without `reasoning_effort: 'none'` beside them.
  {
    id: 'openai',
    dialect: 'openai-chat',
    baseURL: 'https://api.openai.com/v1',
    keys: 'required',
    keyVariables: ['OPENAI_API_KEY'],
    defaultModel: 'gpt-5.4-nano',
    quirks: openaiQuirks,
  },
  // https://docs.claude.com/en/docs/about-claude/models/overview
  // The default is the last inexpensive model that still takes a temperature.
  {
    id: 'anthropic',
    dialect: 'anthropic-messages',
    baseURL: 'https://api.anthropic.com',
    keys: 'required',
    keyVariables: ['ANTHROPIC_API_KEY'],
    defaultModel: 'claude-haiku-4-5',
  },
  // https://learn.microsoft.com/azure/ai-foundry/openai/latest
  // Address and model are the app's own resource and deployment: it gives a configured client, or a base URL.
  {
    id: 'azure',
    dialect: 'openai-chat',
    baseURL: null,
    keys: 'required',
    keyVariables: ['AZURE_OPENAI_API_KEY', 'AZURE_API_KEY'],
    defaultModel: null,
    quirks: { ...openaiQuirks, userField: 'user' },
  },
  // https://ai.google.dev/gemini-api/docs/openai
  // https://ai.google.dev/gemini-api/docs/thought-signatures
  // The endpoint answers 400 to the effort `minimal`, whatever its page says. Seed, `parallel_tool_calls`, `strict`
  // and names are unverified, so they are not sent.
  {
    id: 'gemini',
    dialect: 'openai-chat',
    baseURL: 'https://generativelanguage.googleapis.com/v1beta/openai',
    keys: 'required',
    keyVariables: ['GEMINI_API_KEY', 'GOOGLE_API_KEY'],
    defaultModel: 'gemini-3.1-flash-lite',
    quirks: {
      messageNames: false,
      seedField: null,
      stopLimit: 5,
      parallelToolCalls: false,
      strictTools: false,
      thoughtSignatures: true,
    },
  },
  // https://api-docs.deepseek.com/guides/thinking_mode
  // https://api-docs.deepseek.com/api/create-chat-completion
  // `strict` and JSON Schema exist only on the beta address. Seed and `parallel_tool_calls` are not documented.
  {
    id: 'deepseek',
    dialect: 'openai-chat',
    baseURL: 'https://api.deepseek.com',
    keys: 'required',
    keyVariables: ['DEEPSEEK_API_KEY'],
    defaultModel: 'deepseek-flash',
    quirks: {
      seedField: null,
      stopLimit: 16,
      parallelToolCalls: false,
      strictTools: false,
      jsonSchema: 'json_object',
      reasoning: 'thinking-type',
      reasoningWords: { minimal: 'low', low: 'low', medium: 'high', high: 'high' },
      reasoningBack: 'reasoning_content',
      reasoningBackAlways: true,
    },
  },
  // https://docs.mistral.ai/api and the types of the vendor's package `@mistralai/mistralai`
  // Unknown fields answer 422; usage comes unasked in the last chunk. The small and medium models know reasoning only
  // as on (`high`) and off (`none`).
  {
    id: 'mistral',
    dialect: 'openai-chat',
    baseURL: 'https://api.mistral.ai/v1',
    keys: 'required',
    keyVariables: ['MISTRAL_API_KEY'],
    defaultModel: 'mistral-small-latest',
    quirks: {
      messageNames: false,
      streamOptions: false,
      seedField: 'random_seed',
      toolChoiceRequired: 'any',
      reasoningWords: { none: 'none', minimal: 'none', low: 'high', medium: 'high', high: 'high' },
      reasoningBack: 'thinking-parts',
      toolCallIds: { pattern: '^[a-zA-Z0-9]{9}$' },
    },
  },
  // https://docs.x.ai/docs/api-reference
  // https://docs.x.ai/docs/guides/reasoning
  // Reasoning models, which all current ones are, refuse `stop`. `strict` is always on and not a field of its own.
  {
    id: 'xai',
    dialect: 'openai-chat',
    baseURL: 'https://api.x.ai/v1',
    keys: 'required',
    keyVariables: ['XAI_API_KEY'],
    defaultModel: 'grok-4.3',
    quirks: {
      maxTokensField: 'max_completion_tokens',
      userField: 'user',
      stopLimit: 0,
      strictTools: false,
    },
  },
  // https://docs.perplexity.ai/docs/sonar/openai-compatibility
  // No tools of the caller's. Messages must alternate between user and assistant after the system message.
  {
    id: 'perplexity',
    dialect: 'openai-chat',
    baseURL: 'https://api.perplexity.ai',
    keys: 'required',
    keyVariables: ['PERPLEXITY_API_KEY', 'PPLX_API_KEY'],
    defaultModel: 'sonar',
    quirks: {
      messageNames: false,
      seedField: null,
      stopLimit: 0,
      parallelToolCalls: false,
      toolChoiceRequired: null,
      toolChoiceNamed: false,
      strictTools: false,
      reasoningWords: { minimal: 'minimal', low: 'low', medium: 'medium', high: 'high' },
    },
  },
  // https://platform.kimi.ai/docs/overview
  // https://platform.kimi.ai/docs/guide/use-thinking-effort
  // The K2 models switch by `thinking` and know no effort; the K3 models know only effort. Each ignores the other's
  // field. The K2 models refuse a forced tool choice. Names are unverified.
  {
    id: 'moonshot',
    dialect: 'openai-chat',
    baseURL: 'https://api.moonshot.ai/v1',
    keys: 'required',
    keyVariables: ['MOONSHOT_API_KEY', 'KIMI_API_KEY'],
    defaultModel: 'kimi-k2.6',
    quirks: {
      maxTokensField: 'max_completion_tokens',
      messageNames: false,
      seedField: null,
      userField: 'safety_identifier',
      stopLimit: 5,
      parallelToolCalls: false,
      toolChoiceRequired: null,
      toolChoiceNamed: false,
      reasoning: 'thinking-type',
      reasoningWords: { minimal: 'low', low: 'low', medium: 'high', high: 'high' },
      reasoningBack: 'reasoning_content',
      reasoningBackAlways: true,
    },
  },
  // https://www.alibabacloud.com/help/en/model-studio/compatibility-of-openai-with-dashscope
  // https://www.alibabacloud.com/help/en/model-studio/deep-thinking
  // The international address (Singapore); other regions have addresses, and keys, of their own. JSON Schema, `strict`
  // and names are unverified; a forced choice of any tool is not documented.
  {
    id: 'alibaba',
    dialect: 'openai-chat',
    baseURL: 'https://dashscope-intl.aliyuncs.com/compatible-mode/v1',
    keys: 'required',
    keyVariables: ['DASHSCOPE_API_KEY', 'ALIBABA_API_KEY'],
    defaultModel: 'qwen3.8-flash',
    quirks: {
      messageNames: false,
      toolChoiceRequired: null,
      strictTools: false,
      jsonSchema: 'json_object',
      reasoning: 'enable-thinking',
      reasoningTokensField: 'thinking_budget',
    },
  },
  // https://docs.z.ai/api-reference/llm/chat-completion
  // https://docs.z.ai/guides/capabilities/thinking-mode
  // Without `tool_stream` the arguments of a call come in one piece at the end, after minutes of silence for long ones.
  // GLM-5.3 always thinks. A seed is unverified, and so is more than one stop sequence.
  {
    id: 'zai',
    dialect: 'openai-chat',
    baseURL: 'https://api.z.ai/api/paas/v4',
    keys: 'required',
    keyVariables: ['ZAI_API_KEY', 'ZHIPU_API_KEY'],
    defaultModel: 'glm-5.3-flash',
    quirks: {
      messageNames: false,
      seedField: null,
      stopLimit: 1,
      parallelToolCalls: false,
      toolChoiceRequired: null,
      toolChoiceNamed: false,
      strictTools: false,
      jsonSchema: 'json_object',
      reasoning: 'thinking-type',
      reasoningWords: { minimal: 'low', low: 'low', medium: 'high', high: 'high' },
      reasoningBack: 'reasoning_content',
      toolStreamFields: { tool_stream: true },
    },
  },
  // https://platform.minimax.io/docs/api-reference/text-openai-api
  // Without `reasoning_split` the reasoning stands inside the text. Tool choice, JSON mode, seed and stop sequences are
  // not documented for this address, so they are not sent.
  {
    id: 'minimax',
    dialect: 'openai-chat',
    baseURL: 'https://api.minimax.io/v1',
    keys: 'required',
    keyVariables: ['MINIMAX_API_KEY'],
    defaultModel: 'MiniMax-M3.1-Flash',
    quirks: {
      maxTokensField: 'max_completion_tokens',
      seedField: null,
      stopLimit: 0,
      parallelToolCalls: false,
      toolChoiceRequired: null,
      toolChoiceNamed: false,
      strictTools: false,
      jsonSchema: 'none',
      reasoning: 'thinking-type',
      reasoningWords: {},
      thinkingOn: 'adaptive',
      reasoningBack: 'reasoning_details',
      fixedFields: { reasoning_split: true },
    },
  },
]
