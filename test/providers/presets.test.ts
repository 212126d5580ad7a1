// The vendors' rows: each is one that a handler can work with, and none says more than its vendor takes.

import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { hosts } from '../../src/providers/presets/hosts.js'
import { localServers } from '../../src/providers/presets/local.js'
import { makers } from '../../src/providers/presets/makers.js'
import { presetFor, presets } from '../../src/providers/presets.js'
import { type ChatQuirks, defaultChatQuirks } from '../../src/wire/openai-chat/quirks.js'

const rows = [...makers, ...hosts, ...localServers]
const chatRows = rows.filter((row) => row.dialect === 'openai-chat')

/** What the encoder works with. */
function quirksOf(id: string): ChatQuirks {
  return { ...defaultChatQuirks, ...presetFor(id)?.quirks }
}

describe('presets', () => {
  it('know every vendor once, under a lower-case id without a slash', () => {
    expect(rows.map((row) => row.id).filter((id) => !/^[a-z][a-z0-9]*$/.test(id))).toEqual([])
    expect(presets.size).toBe(rows.length)
    for (const row of rows) expect(presetFor(row.id)).toBe(row)
  })

  it('hold the vendors that the documentation promises', () => {
    const promised = `openai anthropic azure gemini deepseek groq mistral xai openrouter together fireworks cerebras
      perplexity moonshot alibaba zai minimax nvidia huggingface deepinfra sambanova venice ollama lmstudio vllm llamacpp`
    expect([...presets.keys()].sort()).toEqual(promised.split(/\s+/).sort())
  })

  it('find nothing under the names that every object has', () => {
    for (const id of ['__proto__', 'constructor', 'toString', 'hasOwnProperty', '', 'OpenAI']) {
      expect(presetFor(id)).toBeUndefined()
    }
  })
})

describe('the table in docs/providers.md', () => {
  const page = readFileSync(new URL('../../docs/providers.md', import.meta.url), 'utf8')
  const lines = page.split('\n## ')[0]!.split('\n')
  const table = lines.filter((line) => line.startsWith('| `')).map((line) => line.split('|').slice(1, -1))

  it('says of every vendor what its row says', () => {
    const documented = table.map(([id, baseURL, keyVariables, defaultModel]) =>
      [id, baseURL, keyVariables, defaultModel].map((cell) =>
        [...cell!.matchAll(/`([^`]+)`/g)].map(([, word]) => word),
      ),
    )
    const known = rows.map((row) => [
      [row.id],
      row.baseURL === null ? [] : [row.baseURL],
      row.keyVariables,
      row.defaultModel === null ? [] : [row.defaultModel],
    ])
    expect(documented).toEqual(known)
  })
})

describe.each(rows)('the row of $id', (row) => {
  it('names an address that its SDK takes', () => {
    if (row.baseURL === null) return
    const url = new URL(row.baseURL)
    expect(url.protocol).toBe(row.local ? 'http:' : 'https:')
    if (row.local) expect(url.hostname).toBe('127.0.0.1')
    expect(row.baseURL).not.toMatch(/\/$|[?#@]/)
    // Each SDK appends its own path to it.
    expect(row.baseURL).not.toMatch(/\/(chat\/completions|responses|messages)$/)
    if (row.dialect === 'anthropic-messages') expect(row.baseURL).not.toMatch(/\/v\d+$/)
  })

  it('says where its key is found, and asks for none on the own machine', () => {
    expect(row.keys).toBe(row.local ? 'none' : 'required')
    if (row.keys === 'required') expect(row.keyVariables.length).toBeGreaterThan(0)
    for (const variable of row.keyVariables) expect(variable).toMatch(/^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$/)
  })

  it('has a default model exactly where vendor and address are given', () => {
    if (row.local || row.baseURL === null) expect(row.defaultModel).toBeNull()
    else expect(row.defaultModel).toMatch(/^\S+$/)
  })

  it('is plain data', () => {
    expect(JSON.parse(JSON.stringify(row))).toEqual(row)
  })

  it('puts no secret and no hop-by-hop field into its headers', () => {
    for (const name of Object.keys(row.headers ?? {})) {
      expect(name.toLowerCase()).not.toMatch(
        /^(authorization|x-api-key|api-key|cookie|host|connection|content-length)$/,
      )
    }
  })
})

describe.each(chatRows)('the requests to $id', (row) => {
  const quirks = quirksOf(row.id)

  it('differ from the default in every field that the row sets', () => {
    const repeated = Object.entries(row.quirks ?? {}).filter(
      ([field, value]) =>
        JSON.stringify(value) === JSON.stringify(defaultChatQuirks[field as keyof ChatQuirks]), // the row's own field names
    )
    expect(repeated).toEqual([])
  })

  it('can ask for reasoning in the style that the row names', () => {
    const levels = Object.keys(quirks.reasoningWords)
    if (quirks.reasoning === 'effort' || quirks.reasoning === 'reasoning-object') {
      expect(levels).toEqual(expect.arrayContaining(['low', 'medium', 'high']))
    }
    // In these styles the switch says it, and a word beside it would contradict.
    if (quirks.reasoning === 'thinking-type' || quirks.reasoning === 'reasoning-switch') {
      expect(levels).not.toContain('none')
    }
    if (quirks.reasoningTokensField === 'reasoning.max_tokens')
      expect(quirks.reasoning).toBe('reasoning-object')
    if (quirks.reasoningBackAlways) expect(quirks.reasoningBack).toBe('reasoning_content')
  })

  it('can name a tool call by the rule for ids', () => {
    const { pattern, maxLength } = quirks.toolCallIds
    if (pattern !== undefined) {
      expect('abcDEF789').toMatch(new RegExp(pattern, 'u'))
      expect('call_0123456789').not.toMatch(new RegExp(pattern, 'u'))
    }
    if (maxLength !== undefined) expect(maxLength).toBeGreaterThanOrEqual(9)
  })

  it('do not carry fixed fields that the request itself decides', () => {
    const decided =
      /^(model|messages|stream|stream_options|tools|tool_choice|max_(completion_)?tokens|reasoning_effort)$/
    for (const field of Object.keys({ ...quirks.fixedFields, ...quirks.toolStreamFields })) {
      expect(field).not.toMatch(decided)
    }
  })
})

describe('what vendors refuse', () => {
  it('is not sent to Mistral, which answers 422 to any field that it does not know', () => {
    expect(quirksOf('mistral')).toMatchObject({
      maxTokensField: 'max_tokens',
      streamOptions: false,
      messageNames: false,
      seedField: 'random_seed',
      userField: null,
      developerRole: false,
      reasoningBack: 'thinking-parts',
    })
  })

  it('is not sent to an unknown server: no developer role, no new name for the token limit', () => {
    expect(defaultChatQuirks).toMatchObject({
      maxTokensField: 'max_tokens',
      developerRole: false,
      userField: null,
      reasoningBack: 'none',
      fixedFields: {},
    })
  })

  it('leaves OpenAI its own ways', () => {
    expect(quirksOf('openai')).toMatchObject({
      maxTokensField: 'max_completion_tokens',
      developerRole: true,
      toolCallIds: { maxLength: 40 },
    })
  })
})

describe('what vendors want back', () => {
  it('is the reasoning of earlier turns for DeepSeek and Moonshot, in every assistant message', () => {
    for (const id of ['deepseek', 'moonshot']) {
      expect(quirksOf(id)).toMatchObject({ reasoningBack: 'reasoning_content', reasoningBackAlways: true })
    }
  })

  it('is the thought signature for Gemini, and for nobody else', () => {
    expect(chatRows.filter((row) => row.quirks?.thoughtSignatures).map((row) => row.id)).toEqual(['gemini'])
  })
})
