// What every dialect reads alike from a usage object.

import { describe, expect, it } from 'vitest'
import type { Delta } from '../../src/core/delta.js'
import { anthropicMessages } from '../../src/wire/anthropic-messages/dialect.js'
import { openaiChat } from '../../src/wire/openai-chat/dialect.js'
import { openaiResponses } from '../../src/wire/openai-responses/dialect.js'

const wholes: readonly [string, (usage: object) => Delta[]][] = [
  [
    'openai-chat',
    (usage) =>
      openaiChat.decodeWhole({ choices: [{ message: { content: 'a' }, finish_reason: 'stop' }], usage }),
  ],
  ['openai-responses', (usage) => openaiResponses.decodeWhole({ status: 'completed', output: [], usage })],
  [
    'anthropic-messages',
    (usage) => anthropicMessages.decodeWhole({ content: [], stop_reason: 'end_turn', usage }),
  ],
]

const costs: readonly [string, object, number | undefined][] = [
  ['a plain amount', { cost: 0.25 }, 0.25],
  [
    "OpenRouter's fee and the upstream's bill, with the caller's own key",
    { cost: 0.5, is_byok: true, cost_details: { upstream_inference_cost: 2 } },
    2.5,
  ],
  ["xAI's ticks", { cost_in_usd_ticks: 5_000_000_000 }, 0.5],
  ['no amount below 0', { cost: -1 }, undefined],
]

describe.each(wholes)('the cost in a usage of %s', (_, decode) => {
  it.each(costs)('is understood as %s', (_what, usage, usd) => {
    const found = decode({ input_tokens: 1, prompt_tokens: 1, ...usage }).find(({ type }) => type === 'usage')
    expect(found).toBeDefined()
    expect(found?.type === 'usage' ? found.reportedUsd : 'none').toBe(usd)
  })
})
