// The Responses API through the handler: what its events become for callbacks, the iterator and the next request.

import { beforeAll, describe, expect, it } from 'vitest'
import { reply } from '../../src/testing/reply.js'
import type { Upstream } from '../../src/testing/upstream.js'
import { loadSdks, readAll, type Stage, stageOf, upstreamWith } from '../pipeline/stage.js'
import { recorder, request } from './recorder.js'

beforeAll(loadSdks)

type Event = { readonly type: string; readonly [field: string]: unknown }

const events = (...sent: readonly Event[]) =>
  reply.raw(
    sent.map((each) => `event: ${each.type}\ndata: ${JSON.stringify(each)}\n\n`),
    { 'content-type': 'text/event-stream' },
  )

const created: Event = {
  type: 'response.created',
  response: { id: 'resp_1', model: 'm', status: 'in_progress' },
}
const text = (delta: string): Event => ({
  type: 'response.output_text.delta',
  output_index: 0,
  content_index: 0,
  delta,
})
const itemDone = (output_index: number, item: object): Event => ({
  type: 'response.output_item.done',
  output_index,
  item,
})
const itemAdded = (output_index: number, item: object): Event => ({
  type: 'response.output_item.added',
  output_index,
  item,
})
const callItem = (text: string) => ({
  type: 'function_call',
  id: 'fc_1',
  call_id: 'call_1',
  name: 'look',
  arguments: text,
})
const argumentsDelta = (delta: string): Event => ({
  type: 'response.function_call_arguments.delta',
  output_index: 0,
  item_id: 'fc_1',
  delta,
})
const ended = (status: string, rest: object = {}): Event => ({
  type: `response.${status}`,
  response: { id: 'resp_1', model: 'm', status, output: [], ...rest },
})

async function stage(...sent: readonly Event[]): Promise<Stage & { upstream: Upstream }> {
  const upstream = await upstreamWith([events(...sent)])
  return { ...stageOf({ one: upstream }, {}, 'openai-responses'), upstream }
}

describe('RS1', () => {
  it('gives text to the callback as it came', async () => {
    const { heard, callbacks } = recorder()
    const { handler } = await stage(created, text('Hello from a response!'), ended('completed'))
    const response = await handler.streamCompletion({ ...request, callbacks }).response()
    expect(heard).toEqual(['first', 'text Hello from a response!'])
    expect(response).toMatchObject({ id: 'resp_1', choices: [{ finish_reason: 'stop' }] })
  })

  it('gives refusals and both kinds of reasoning under their own names', async () => {
    const { handler } = await stage(
      created,
      { type: 'response.reasoning_summary_text.delta', output_index: 0, summary_index: 0, delta: 'In short' },
      { type: 'response.reasoning_text.delta', output_index: 1, content_index: 0, delta: 'at length' },
      { type: 'response.refusal.delta', output_index: 2, content_index: 0, delta: 'No.' },
      ended('completed'),
    )
    const seen = await readAll(handler.streamCompletion(request))
    expect(seen.kinds.filter((kind) => kind === 'reasoning')).toHaveLength(2)
    expect(seen.kinds).toContain('refusal')
    expect(seen.response?.choices[0].message).toMatchObject({ content: null, refusal: 'No.' })
    expect(seen.response?.choices[0].message.reasoning_content).toContain('In short')
  })
})

describe('RS2', () => {
  it('makes fragments of a function call, under the id by which its result is sent', async () => {
    const { heard, callbacks } = recorder()
    const { handler } = await stage(
      created,
      itemAdded(0, callItem('')),
      argumentsDelta('{"at":'),
      argumentsDelta('1}'),
      itemDone(0, callItem('{"at":1}')),
      text('And more.'),
      ended('completed'),
    )
    const seen = await readAll(handler.streamCompletion({ ...request, callbacks }))
    expect(heard).toEqual(['first', 'call 0 call_1 look'])
    expect(seen.events).toContainEqual({ type: 'text', text: 'And more.', afterToolCall: true })
    expect(seen.response?.choices[0]).toMatchObject({
      finish_reason: 'tool_calls',
      message: { content: 'And more.', tool_calls: [{ id: 'call_1', function: { arguments: '{"at":1}' } }] },
    })
  })

  it('uses arguments that come only with the finished item, or only with the end', async () => {
    const late = callItem('{"at":1}')
    for (const sent of [
      [created, itemAdded(0, callItem('')), itemDone(0, late), ended('completed')],
      [created, itemDone(0, late), ended('completed')],
      [created, ended('completed', { output: [late] })],
    ]) {
      const { handler } = await stage(...sent)
      const seen = await readAll(handler.streamCompletion(request))
      const fragments = seen.events.map((event) =>
        event.type === 'tool-call-delta' ? (event.arguments ?? '') : '',
      )
      expect(fragments.join('')).toBe('{"at":1}')
      expect(seen.response?.choices[0].message.tool_calls).toMatchObject([{ id: 'call_1' }])
    }
  })

  it('takes text that came although the final output is empty', async () => {
    const { handler } = await stage(created, text('Only '), text('deltas.'), ended('completed'))
    expect((await handler.generateResponse(request)).text).toBe('Only deltas.')
  })

  it('takes a final output where no delta came', async () => {
    const output = [
      { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'All at once.' }] },
    ]
    const { handler } = await stage(created, ended('completed', { output }))
    const seen = await readAll(handler.streamCompletion(request))
    expect(seen.text).toBe('All at once.')
    expect(seen.response?.text).toBe('All at once.')
  })
})

describe('RS3', () => {
  it.each([
    ['max_output_tokens', 'length'],
    ['content_filter', 'content_filter'],
  ])('ends an answer that is incomplete because of %s as %s', async (reason, finishReason) => {
    const { handler } = await stage(
      created,
      text('a'),
      ended('incomplete', { incomplete_details: { reason } }),
    )
    const response = await handler.generateResponse(request)
    expect(response.choices[0]).toMatchObject({ message: { content: 'a' }, finish_reason: finishReason })
  })

  it.each<[string, Event]>([
    ['failed', ended('failed', { error: { code: 'server_error', message: 'It broke.' } })],
    ['an error', { type: 'error', code: 'server_error', message: 'It broke.' }],
  ])('throws for %s what it says, with what had come', async (_, failure) => {
    const { handler } = await stage(created, text('Hal'), failure)
    const { error } = await readAll(handler.streamCompletion(request))
    expect(error).toMatchObject({ code: 'provider', message: 'It broke.', partial: { text: 'Hal' } })
  })

  it('takes an end without a terminal event for a broken stream', async () => {
    const done: Event = { type: 'response.output_text.done', output_index: 0, content_index: 0, text: 'Hal' }
    const { handler } = await stage(created, text('Hal'), done)
    const { error } = await readAll(handler.streamCompletion(request))
    expect(error).toMatchObject({ code: 'stream-interrupted', partial: { text: 'Hal' } })
  })

  it('asks once more without streaming where nothing had come', async () => {
    const { handler, upstream } = await stage(created)
    upstream.play([events(created), reply.chat({ text: 'whole' })])
    expect((await handler.streamCompletion(request).response()).text).toBe('whole')
    expect(upstream.hits()).toBe(2)
  })
})

describe('RS4', () => {
  it('keeps encrypted reasoning in order between the calls, and sends it back so', async () => {
    const reasoning = (id: string) => ({
      type: 'reasoning',
      id,
      summary: [],
      encrypted_content: `opaque-${id}`,
    })
    const { handler, upstream } = await stage(
      created,
      itemDone(0, reasoning('rs_1')),
      itemDone(1, reasoning('rs_2')),
      itemDone(2, callItem('{}')),
      ended('completed'),
    )
    const first = await handler.generateResponse(request)
    expect(first.byok.reasoning.map(({ redacted }) => redacted)).toEqual(['opaque-rs_1', 'opaque-rs_2'])
    upstream.play([reply.chat()])
    const { message } = first.choices[0]
    await handler.generateResponse({
      model: 'one/m',
      messages: [
        { role: 'user', content: 'Hi' },
        message,
        { role: 'tool', tool_call_id: 'call_1', content: 'x' },
      ],
    })
    const { input } = upstream.requests[1]!.body as { input: Record<string, unknown>[] } // what is sent
    expect(input.map(({ type, encrypted_content }) => encrypted_content ?? type)).toEqual([
      undefined,
      'opaque-rs_1',
      'opaque-rs_2',
      'function_call',
      'function_call_output',
    ])
  })
})
