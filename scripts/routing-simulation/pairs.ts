// The recorded models, and which prices stand for them.

import type { LabelledFile } from './outcomes.js'

/** A recorded model and the price that stands for it. */
export interface PricedModel {
  /** As the data name it. */
  readonly recorded: string
  /** Whose price is taken. */
  readonly provider: string
  readonly model: string
  /** Why this one, in a sentence. */
  readonly why: string
}

/** Which two models a file's outcomes are of. */
export const pairs: Readonly<
  Record<LabelledFile, { readonly strong: PricedModel; readonly weak: PricedModel }>
> = {
  'mmlu-dev': {
    strong: {
      recorded: 'gpt-4-1106-preview',
      provider: 'openai',
      model: 'gpt-4-1106-preview',
      why: "The maker's price of this very model.",
    },
    weak: {
      recorded: 'Mixtral-8x7B-Instruct',
      provider: 'mistral',
      model: 'open-mixtral-8x7b',
      why: "The maker's price of this very model. Hosts asked as little as a third of it.",
    },
  },
  'mmlu-pro-dev': {
    strong: {
      recorded: 'Llama-3.1-70B-Instruct',
      provider: 'together',
      model: 'meta-llama/Meta-Llama-3.1-70B-Instruct-Turbo',
      why: 'Both at one host, of the hosts in the table the one that asks the smallest multiple for the larger model: a larger one would show larger savings.',
    },
    weak: {
      recorded: 'Llama-3.1-8B-Instruct',
      provider: 'together',
      model: 'meta-llama/Meta-Llama-3.1-8B-Instruct-Turbo',
      why: 'As above.',
    },
  },
  'multitask-dev': {
    strong: {
      recorded: 'llama-3.3-nemotron-super-49b',
      provider: 'openrouter',
      model: 'nvidia/llama-3.3-nemotron-super-49b-v1.5',
      why: 'No price of the recorded version is known: that of its successor, of the same size, stands in its place.',
    },
    weak: {
      recorded: 'llama-3.1-8b',
      provider: 'openrouter',
      model: 'meta-llama/llama-3.1-8b-instruct',
      why: "The same gateway's price of this very model.",
    },
  },
}
