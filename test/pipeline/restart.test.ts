// `midStream: 'restart'`: a whole new answer after one that broke off, and never two answers in one.

import { beforeAll, expect, it } from 'vitest'
import { reply } from '../../src/testing/reply.js'
import { loadSdks, readAll, stageOf, upstreamWith } from './stage.js'

beforeAll(loadSdks)

const request = { model: ['one/a', 'two/b'], prompt: 'x' }
const restart = { failover: { midStream: 'restart' as const } }
const broken = () => reply.reset({ afterEvents: 4 }, { text: ['Old ', 'text ', 'that ', 'breaks ', 'off.'] })

it('MS2: one `attempt` event says that what was shown is void, and `done` holds only the new answer', async () => {
  const first = await upstreamWith([broken()])
  const second = await upstreamWith([reply.chat({ text: ['New ', 'text.'] })])
  const { handler, told } = stageOf({ one: first, two: second }, restart)
  const seen = await readAll(handler.streamCompletion(request))
  expect(seen.error).toBeUndefined()
  const attempts = seen.events.filter((event) => event.type === 'attempt')
  expect(attempts.map(({ provider, restarted }) => [provider, restarted])).toEqual([
    ['one', undefined],
    ['two', true],
  ])
  expect(seen.text).toMatch(/^Old text .*New text\.$/)
  expect(seen.response?.text).toBe('New text.')
  expect(told.failovers).toHaveLength(1)
})

it('MS2: a call of the void answer is never handed over', async () => {
  const call = { id: 'call_old', name: 'old', arguments: '{"a":1}' }
  const first = await upstreamWith([reply.reset({ afterEvents: 3 }, { toolCalls: [call] })])
  const second = await upstreamWith([reply.chat({ text: 'No call.' })])
  const { handler } = stageOf({ one: first, two: second }, restart)
  const seen = await readAll(handler.streamCompletion(request))
  expect(seen.kinds).not.toContain('tool-call')
  expect(seen.response?.choices[0].message.tool_calls).toBeUndefined()
  expect(seen.response?.choices[0].finish_reason).toBe('stop')
})

it('MS2: `onFirstDelta` is called once all the same', async () => {
  let firsts = 0
  const first = await upstreamWith([broken()])
  const second = await upstreamWith([reply.chat()])
  const { handler } = stageOf({ one: first, two: second }, restart)
  const callbacks = { onFirstDelta: () => (firsts += 1) }
  await readAll(handler.streamCompletion({ ...request, callbacks }))
  expect(firsts).toBe(1)
})

it('MS2: is off by default, and has nobody to go on to behind the last candidate', async () => {
  const first = await upstreamWith([broken()])
  const second = await upstreamWith([broken()])
  const plain = await readAll(stageOf({ one: first, two: second }).handler.streamCompletion(request))
  expect(plain.error?.code).toBe('stream-interrupted')
  expect(second.hits()).toBe(0)
  const both = await readAll(stageOf({ one: first, two: second }, restart).handler.streamCompletion(request))
  expect(both.error?.code).toBe('all-attempts-failed')
  expect(both.kinds).not.toContain('done')
})
