// The rows of the accumulator's acceptance table that speak of callbacks, of the iterator, or of asking again.

import { beforeAll, describe, expect, it } from 'vitest'
import { reply } from '../../src/testing/reply.js'
import { loadSdks, readAll, stageOf, upstreamWith } from '../pipeline/stage.js'
import { type Chunk, call, chunk, done, finish, piece, reasoning, text } from '../stream/chunks.js'
import { chunksFrom, heardOf, recorder, request } from './recorder.js'

beforeAll(loadSdks)

describe('the acceptance table', () => {
  it('row 4: gives each piece of text once, and says once that output began', async () => {
    expect(await heardOf(text('a'), text('b'), text('c'), finish('stop'), done)).toEqual([
      'first',
      'text a',
      'text b',
      'text c',
    ])
  })

  it('row 5: says once that a call began, and gives no text', async () => {
    expect(
      await heardOf(
        call(0, 'call_789', 'terminal'),
        piece(0, '{"a"'),
        piece(0, ':1}'),
        finish('tool_calls'),
        done,
      ),
    ).toEqual(['first', 'call 0 call_789 terminal'])
  })

  it('row 6: gives no text behind a call, though the response and the iterator have it', async () => {
    const { heard, callbacks } = recorder()
    const { handler } = await chunksFrom(
      text('thinking...'),
      call(0, 'call_abc', 'read_file'),
      text(' more text'),
      finish('tool_calls'),
      done,
    )
    const seen = await readAll(handler.streamCompletion({ ...request, callbacks }))
    expect(heard).toEqual(['first', 'text thinking...', 'call 0 call_abc read_file'])
    expect(seen.response?.text).toBe('thinking... more text')
    expect(seen.events.filter(({ type }) => type === 'text')).toEqual([
      { type: 'text', text: 'thinking...' },
      { type: 'text', text: ' more text', afterToolCall: true },
    ])
  })

  it('row 7: gives reasoning apart from text', async () => {
    expect(
      await heardOf(
        reasoning('Let me think'),
        reasoning(' about this'),
        text('The answer is 42'),
        finish('stop'),
      ),
    ).toEqual(['first', 'reasoning Let me think', 'reasoning  about this', 'text The answer is 42'])
  })

  it('row 14: does not take a role, an empty text or a comment for output', async () => {
    const empty = [chunk({ role: 'assistant' }), chunk({ content: '' }), chunk(null)]
    expect(await heardOf(...empty, finish('stop'), done)).toEqual([])
    const events = [': hello\n\n', ...empty.map((sent) => `data: ${JSON.stringify(sent)}\n\n`)]
    const broken = reply.raw(events, { 'content-type': 'text/event-stream' })
    const upstream = await upstreamWith([broken, reply.chat({ text: 'whole' })])
    const { handler } = stageOf({ one: upstream })
    expect((await handler.streamCompletion(request).response()).text).toBe('whole')
    expect(upstream.hits()).toBe(2)
  })

  it('row 20: asks an empty stream again without streaming, and a finish without text not', async () => {
    const events = (...sent: Chunk[]) =>
      reply.raw(
        sent.map((each) => `data: ${JSON.stringify(each)}\n\n`),
        { 'content-type': 'text/event-stream' },
      )
    const upstream = await upstreamWith([events(), reply.chat({ text: 'whole' })])
    const { handler } = stageOf({ one: upstream })
    expect((await handler.streamCompletion(request).response()).text).toBe('whole')
    upstream.play([events(finish('length'))])
    const { choices } = await handler.streamCompletion(request).response()
    expect(choices[0]).toMatchObject({ message: { content: null }, finish_reason: 'length' })
    expect(upstream.hits()).toBe(3)
  })

  it('row 21: throws the error of a chunk with what had come, and calls nothing an end', async () => {
    const { handler } = await chunksFrom(text('a'), { error: { message: 'No.', code: 400 } })
    const { error, kinds } = await readAll(handler.streamCompletion(request))
    expect(error).toMatchObject({ code: 'invalid-request', partial: { text: 'a' }, provider: 'one' })
    expect(kinds).not.toContain('done')
  })
})
