// BU2 over recorded calls: what is held for a prompt is never less than what its provider billed.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { ChatRequest } from '../../src/core/request.js'
import { promptTokenBound } from '../../src/cost/bound.js'
import { absenceNotice, recordingsFolder } from './cases.js'

type Json = Readonly<Record<string, unknown>>

function object(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {} // an object has string keys
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

/** A recorded call: what was sent, to whom, and how many prompt tokens it was billed for. */
interface Billed {
  readonly id: string
  readonly provider: string
  readonly model: string
  readonly request: Json
  readonly billed: number
  /** Kinds of the parts of the answer, and the oddities that its body holds. */
  readonly kinds: readonly string[]
}

/** Our three dialects; the recordings hold a fourth. */
const counts: Readonly<Record<string, readonly string[]>> = {
  'openai-chat': ['prompt_tokens'],
  'openai-responses': ['input_tokens'],
  'anthropic-messages': ['input_tokens', 'cache_read_input_tokens', 'cache_creation_input_tokens'],
}

function readBilled(): Billed[] | undefined {
  const read = (path: string): unknown => JSON.parse(readFileSync(join(recordingsFolder, path), 'utf8'))
  let index: unknown
  try {
    index = read('index.json')
  } catch {
    return undefined
  }
  return list(index).flatMap((entry) => {
    const { provider, name, api, kind } = object(entry)
    const fields = counts[String(api)]
    if (fields === undefined || kind === 'error') return []
    const meta = object(read(`${provider}/${name}.meta.json`))
    if (meta.request === undefined) return []
    const answer = object(read(`${provider}/${name}.expected.json`))
    const usage = object(answer.usage)
    const billed = fields.reduce((sum, field) => sum + (Number(usage[field]) || 0), 0)
    if (billed === 0) return []
    const parts = [...list(answer.items), ...list(answer.blocks), ...list(meta.tags)]
    const kinds = parts.map((part) => String(object(part).type ?? part))
    const request = object(meta.request)
    return [
      {
        id: `${provider}/${name}`,
        provider: String(provider),
        model: String(request.model ?? ''),
        request,
        billed,
        kinds,
      },
    ]
  })
}

/** Why a call cannot be judged by the bytes that the app has sent. */
const exclusions: readonly (readonly [why: string, isSo: (call: Billed) => boolean])[] = [
  [
    'the provider runs tools of its own, and bills what they find',
    ({ request, kinds }) => {
      const own = list(request.tools).some(
        (tool) => !['undefined', 'function', 'custom'].includes(String(object(tool).type)),
      )
      const ran = kinds.some((kind) =>
        /^(executed_tools|server_tool_use|web_|mcp_|code_|file_search|image_generation|tool_search|computer)/.test(
          kind,
        ),
      )
      return (
        own ||
        ran ||
        request.mcp_servers !== undefined ||
        request.web_search_options !== undefined ||
        request.plugins !== undefined
      )
    },
  ],
  [
    'a part of the prompt is of a kind that requests cannot have here',
    ({ request }) => JSON.stringify(request).includes('"video_url"'),
  ],
  [
    'the recorder has replaced a part of the prompt',
    ({ request }) => /REDACTED|<redacted>/i.test(JSON.stringify(request.messages ?? request.input ?? '')),
  ],
]

/** The recorded request in the words in which an app would have made it. Only what has a length matters. */
function chatOf({ provider, request }: Billed): ChatRequest {
  const {
    messages,
    input,
    system,
    instructions,
    tools,
    response_format,
    model: _model,
    stream: _stream,
    ...extra
  } = request
  const said = [system, instructions]
    .filter((text) => text !== undefined)
    .map((text) => ({ role: 'system', content: contentOf(text) }))
  const turns =
    typeof input === 'string' ? [{ role: 'user', content: input }] : list(messages ?? input).map(messageOf)
  const chat = {
    messages: [...said, ...turns],
    ...(tools === undefined ? {} : { tools: list(tools).map(toolOf) }),
    ...(response_format === undefined ? {} : { responseFormat: response_format }),
    providerOptions: { [provider]: extra },
  }
  return chat as unknown as ChatRequest // recorded requests are what providers take
}

function messageOf(message: unknown): Json {
  const { role = 'user', content, type, ...rest } = object(message)
  if (type !== undefined && type !== 'message') return { role: 'user', content: JSON.stringify(message) }
  return { ...rest, role, content: contentOf(content) }
}

function contentOf(content: unknown): unknown {
  if (!Array.isArray(content)) return content
  return content.map((part) => {
    const { type, text } = object(part)
    if (type === 'image_url' || type === 'input_image' || type === 'image')
      return { type: 'image_url', image_url: { url: 'x' } }
    return { type: 'text', text: typeof text === 'string' ? text : JSON.stringify(part) }
  })
}

function toolOf(tool: unknown): Json {
  const { function: own, ...flat } = object(tool)
  return { type: 'function', function: own ?? flat }
}

const calls = readBilled()

if (calls === undefined) {
  console.warn(absenceNotice)
  it.skip(absenceNotice, () => {})
} else {
  it('BU2: recorded prompts were never billed for more tokens than their bound', () => {
    const counted = new Map<string, number>()
    const beyond: string[] = []
    let most = 0
    for (const call of calls) {
      const [why = ''] = exclusions.find(([, isSo]) => isSo(call)) ?? []
      counted.set(why, (counted.get(why) ?? 0) + 1)
      if (why !== '') continue
      const bound = promptTokenBound(chatOf(call), { provider: call.provider, model: call.model })
      most = Math.max(most, call.billed / bound)
      if (call.billed > bound) beyond.push(`${call.id}: ${call.billed} tokens, bound ${bound}`)
    }
    const left = [...counted].filter(([why]) => why !== '').map(([why, count]) => `${count}: ${why}`)
    console.info(
      `${counted.get('')} recorded prompts reach at most ${(most * 100).toFixed(0)} % of their bound. Left out: ${left.join('; ')}.`,
    )
    expect(beyond).toEqual([])
    expect(counted.get('')).toBeGreaterThan(200)
  })
}
