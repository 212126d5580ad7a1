// Rows of the servers that run on the app's own machine, at the port where each listens by default.

import type { ProviderRow } from './row.js'

/** Local servers. They serve what has been loaded, so none has a default model. */
export const localServers: readonly ProviderRow[] = [
  // https://docs.ollama.com/api/openai-compatibility
  {
    id: 'ollama',
    dialect: 'openai-chat',
    baseURL: 'http://127.0.0.1:11434/v1',
    keys: 'none',
    keyVariables: [],
    defaultModel: null,
    local: true,
    quirks: {
      messageNames: false,
      parallelToolCalls: false,
      strictTools: false,
      reasoningBack: 'reasoning',
    },
  },
  // https://lmstudio.ai/docs/developer/openai-compat
  // Takes reasoning options here without reliably honouring them, so none are sent. A function's name as tool choice
  // is refused.
  {
    id: 'lmstudio',
    dialect: 'openai-chat',
    baseURL: 'http://127.0.0.1:1234/v1',
    keys: 'none',
    keyVariables: [],
    defaultModel: null,
    local: true,
    quirks: {
      messageNames: false,
      parallelToolCalls: false,
      toolChoiceNamed: false,
      strictTools: false,
      reasoning: 'none',
    },
  },
  // https://docs.vllm.ai/en/stable/serving/openai_compatible_server
  // https://docs.vllm.ai/en/stable/features/reasoning_outputs
  {
    id: 'vllm',
    dialect: 'openai-chat',
    baseURL: 'http://127.0.0.1:8000/v1',
    keys: 'none',
    keyVariables: [],
    defaultModel: null,
    local: true,
    quirks: {
      reasoning: 'chat-template',
      reasoningBack: 'reasoning',
    },
  },
  // https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md
  // Tool choice is a word; a function's name is not understood.
  {
    id: 'llamacpp',
    dialect: 'openai-chat',
    baseURL: 'http://127.0.0.1:8080/v1',
    keys: 'none',
    keyVariables: [],
    defaultModel: null,
    local: true,
    quirks: {
      toolChoiceNamed: false,
      strictTools: false,
      reasoning: 'chat-template',
      reasoningBack: 'reasoning_content',
    },
  },
]
