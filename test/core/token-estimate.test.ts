// The guess at a prompt's tokens.

import { expect, it } from 'vitest'
import type { Tool } from '../../src/core/message.js'
import { estimatePromptTokens, estimateTokens, leastPromptTokens } from '../../src/core/token-estimate.js'

const messages = [{ role: 'user' as const, content: 'Look it up.' }]

it('counts of a tool what is sent, whatever an app has hung beside it', () => {
  const sent: Tool = { type: 'function', function: { name: 'look', description: 'x'.repeat(400) } }
  const extra: Record<string, unknown> = { run: () => 1n, big: 1n }
  extra.self = extra
  const plain = estimatePromptTokens({ messages, tools: [sent] })
  expect(estimatePromptTokens({ messages, tools: [{ ...sent, ...extra }] })).toBe(plain)
  expect(plain - estimatePromptTokens({ messages })).toBeGreaterThanOrEqual(100)
})

it('takes about 4 characters a token, about 1 for Chinese, Japanese and Korean, and 10 tokens a message (CL9)', () => {
  expect(estimateTokens('a'.repeat(400))).toBe(100)
  expect(estimateTokens('Привет, мир!')).toBe(3)
  for (const dense of ['漢字', 'かな', '한국', '。！']) expect(estimateTokens(dense)).toBe(2)
  expect(estimateTokens('')).toBe(0)
  expect(estimatePromptTokens({ messages })).toBe(10 + estimateTokens('Look it up.'))
  expect(estimatePromptTokens({ messages: [...messages, ...messages] })).toBe(26)
})

it('counts a prompt with another counter, tools and calls too (CL9)', () => {
  const asked: string[] = []
  const count = (text: string) => asked.push(text) * 0 + 1
  const call = { id: '1', type: 'function', function: { name: 'look', arguments: '{}' } } as const
  const request = {
    messages: [...messages, { role: 'assistant', content: null, tool_calls: [call] } as const],
    tools: [{ type: 'function', function: { name: 'look' } } as const],
  }
  expect(estimatePromptTokens(request, count)).toBe(23)
  expect(asked).toEqual(['{"name":"look"}', 'Look it up.', '{"name":"look","arguments":"{}"}'])
})

const saying = (content: string) => ({ messages: [{ role: 'user' as const, content }] })

it('knows a number of tokens below which no vocabulary comes, also for lines and gaps (CW2)', () => {
  expect(leastPromptTokens(saying('ordinary words. '.repeat(100)))).toBe(200)
  expect(leastPromptTokens(saying('漢'.repeat(100)))).toBe(50)
  expect(leastPromptTokens(saying(`${'-'.repeat(50_000)}\n${' '.repeat(50_000)}`))).toBe(0)
  const parts = { role: 'user' as const, content: [{ type: 'text' as const, text: 'a'.repeat(80) }] }
  expect(leastPromptTokens({ messages: [parts, { role: 'assistant', content: null }] })).toBe(10)
})
