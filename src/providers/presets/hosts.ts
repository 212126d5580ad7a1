// Rows of the vendors that serve other makers' models: hosts and gateways.

import type { ProviderRow } from './row.js'

/** Hosts and gateways. A comment gives the pages that a row's facts come from. */
export const hosts: readonly ProviderRow[] = [
  // https://console.groq.com/docs/api-reference
  // https://console.groq.com/docs/reasoning
  // `none` is for the Qwen models; the gpt-oss models refuse it.
  {
    id: 'groq',
    dialect: 'openai-chat',
    baseURL: 'https://api.groq.com/openai/v1',
    keys: 'required',
    keyVariables: ['GROQ_API_KEY'],
    defaultModel: 'openai/gpt-oss-20b',
    quirks: {
      maxTokensField: 'max_completion_tokens',
      developerRole: true,
      userField: 'user',
      stopLimit: 4,
      reasoningBack: 'reasoning',
    },
  },
  // https://openrouter.ai/docs/api/api-reference/chat/send-chat-completion-request
  // https://openrouter.ai/docs/use-cases/reasoning-tokens
  // A name for the app's statistics goes into the headers `HTTP-Referer` and `X-Title`, which are the app's to set.
  {
    id: 'openrouter',
    dialect: 'openai-chat',
    baseURL: 'https://openrouter.ai/api/v1',
    keys: 'required',
    keyVariables: ['OPENROUTER_API_KEY'],
    defaultModel: 'openai/gpt-5.4-nano',
    quirks: {
      cacheMarks: true,
      maxTokensField: 'max_completion_tokens',
      userField: 'user',
      stopLimit: 4,
      reasoning: 'reasoning-object',
      reasoningWords: { none: 'none', minimal: 'minimal', low: 'low', medium: 'medium', high: 'high' },
      reasoningTokensField: 'reasoning.max_tokens',
      reasoningBack: 'reasoning_details',
    },
  },
  // https://docs.together.ai/reference/chat-completions-1
  // https://docs.together.ai/docs/inference/chat/reasoning
  // `parallel_tool_calls` and `strict` are not documented.
  {
    id: 'together',
    dialect: 'openai-chat',
    baseURL: 'https://api.together.ai/v1',
    keys: 'required',
    keyVariables: ['TOGETHER_API_KEY'],
    defaultModel: 'zai-org/GLM-5.3-Flash',
    quirks: {
      parallelToolCalls: false,
      strictTools: false,
      reasoning: 'reasoning-switch',
      reasoningWords: { minimal: 'low', low: 'low', medium: 'medium', high: 'high' },
      reasoningBack: 'reasoning',
    },
  },
  // https://docs.fireworks.ai/api-reference/post-chatcompletions
  // https://docs.fireworks.ai/guides/reasoning
  // Unknown fields answer 400, and so does `thinking` beside `reasoning_effort`.
  {
    id: 'fireworks',
    dialect: 'openai-chat',
    baseURL: 'https://api.fireworks.ai/inference/v1',
    keys: 'required',
    keyVariables: ['FIREWORKS_API_KEY'],
    defaultModel: 'accounts/fireworks/models/glm-5p3-flash',
    quirks: {
      messageNames: false,
      userField: 'user',
      stopLimit: 4,
      reasoningTokensField: 'thinking.budget_tokens',
      reasoningBack: 'reasoning_content',
    },
  },
  // https://inference-docs.cerebras.ai/api-reference/chat-completions
  {
    id: 'cerebras',
    dialect: 'openai-chat',
    baseURL: 'https://api.cerebras.ai/v1',
    keys: 'required',
    keyVariables: ['CEREBRAS_API_KEY'],
    defaultModel: 'gpt-oss-120b',
    quirks: {
      maxTokensField: 'max_completion_tokens',
      userField: 'user',
      stopLimit: 4,
      reasoningBack: 'reasoning',
    },
  },
  // https://build.nvidia.com (each model's card)
  // How a model thinks is its chat template's affair; only the switch is common to them. Names,
  // `parallel_tool_calls` and `strict` are unverified.
  {
    id: 'nvidia',
    dialect: 'openai-chat',
    baseURL: 'https://integrate.api.nvidia.com/v1',
    keys: 'required',
    keyVariables: ['NVIDIA_API_KEY', 'NIM_API_KEY'],
    defaultModel: 'openai/gpt-oss-20b',
    quirks: {
      messageNames: false,
      parallelToolCalls: false,
      strictTools: false,
      reasoning: 'chat-template',
    },
  },
  // https://huggingface.co/docs/inference-providers/tasks/chat-completion
  // The router hands the request to one of many hosts: what not all of them are known to take is not sent.
  {
    id: 'huggingface',
    dialect: 'openai-chat',
    baseURL: 'https://router.huggingface.co/v1',
    keys: 'required',
    keyVariables: ['HF_TOKEN', 'HUGGING_FACE_HUB_TOKEN'],
    defaultModel: 'openai/gpt-oss-20b',
    quirks: {
      messageNames: false,
      parallelToolCalls: false,
      strictTools: false,
      reasoningWords: { minimal: 'low', low: 'low', medium: 'medium', high: 'high' },
    },
  },
  // https://deepinfra.com/docs/advanced/openai_api
  // The levels of reasoning, names, `parallel_tool_calls`, `strict` and what it does with earlier reasoning are unverified.
  {
    id: 'deepinfra',
    dialect: 'openai-chat',
    baseURL: 'https://api.deepinfra.com/v1/openai',
    keys: 'required',
    keyVariables: ['DEEPINFRA_API_KEY', 'DEEPINFRA_API_TOKEN', 'DEEPINFRA_TOKEN'],
    defaultModel: 'openai/gpt-oss-120b',
    quirks: {
      messageNames: false,
      parallelToolCalls: false,
      strictTools: false,
    },
  },
  // https://docs.sambanova.ai/docs/en/models/sambacloud-models and the types of the vendor's package `sambanova`
  // A seed and `parallel_tool_calls` are taken and not yet honoured, so they are not sent.
  {
    id: 'sambanova',
    dialect: 'openai-chat',
    baseURL: 'https://api.sambanova.ai/v1',
    keys: 'required',
    keyVariables: ['SAMBANOVA_API_KEY'],
    defaultModel: 'gpt-oss-120b',
    quirks: {
      messageNames: false,
      seedField: null,
      parallelToolCalls: false,
      strictTools: false,
      reasoningWords: { minimal: 'low', low: 'low', medium: 'medium', high: 'high' },
      reasoningBack: 'reasoning',
    },
  },
  // https://docs.venice.ai/api-reference/endpoint/chat/completions
  // https://docs.venice.ai/guides/features/reasoning-models
  // Unknown fields answer 400. Venice puts a system prompt of its own before the app's unless
  // `venice_parameters.include_venice_system_prompt` is false.
  {
    id: 'venice',
    dialect: 'openai-chat',
    baseURL: 'https://api.venice.ai/api/v1',
    keys: 'required',
    keyVariables: ['VENICE_API_KEY'],
    defaultModel: 'qwen3-5-9b',
    quirks: {
      maxTokensField: 'max_completion_tokens',
      stopLimit: 4,
      reasoningWords: { none: 'none', minimal: 'minimal', low: 'low', medium: 'medium', high: 'high' },
    },
  },
]
