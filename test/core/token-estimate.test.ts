// The guess at a prompt's tokens.

import { expect, it } from 'vitest'
import type { Tool } from '../../src/core/message.js'
import { estimatePromptTokens } from '../../src/core/token-estimate.js'

const messages = [{ role: 'user' as const, content: 'Look it up.' }]

it('counts of a tool what is sent, whatever an app has hung beside it', () => {
  const sent: Tool = { type: 'function', function: { name: 'look', description: 'x'.repeat(400) } }
  const extra: Record<string, unknown> = { run: () => 1n, big: 1n }
  extra.self = extra
  const plain = estimatePromptTokens({ messages, tools: [sent] })
  expect(estimatePromptTokens({ messages, tools: [{ ...sent, ...extra }] })).toBe(plain)
  expect(plain - estimatePromptTokens({ messages })).toBeGreaterThanOrEqual(100)
})
