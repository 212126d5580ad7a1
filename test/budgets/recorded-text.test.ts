// Texts in usage records, through the handler: none, unless the app asks for them.

import { beforeAll, describe, expect, it } from 'vitest'
import { reply } from '../../src/testing/reply.js'
import { loadSdks, readAll, stageOf, upstreamWith } from '../pipeline/stage.js'

beforeAll(loadSdks)

const request = { model: 'one/m', prompt: 'The canary sings.' }

describe('US4: texts in records', () => {
  it('US4: stand there only where the app asks for them, as its redaction leaves them, for both methods', async () => {
    const upstream = await upstreamWith([reply.chat({ text: 'The canary sleeps.' })])
    const recordText = (text: string) => text.replaceAll('canary', 'bird')
    for (const [options, texts] of [
      [{}, undefined],
      [{ recordText: false }, undefined],
      [{ recordText: true }, { prompt: 'user: The canary sings.', answer: 'The canary sleeps.' }],
      [{ recordText }, { prompt: 'user: The bird sings.', answer: 'The bird sleeps.' }],
    ] as const) {
      const { handler } = stageOf({ one: upstream }, options)
      await handler.generateResponse(request)
      await readAll(handler.streamCompletion(request))
      const { records } = await handler.usage()
      expect(records).toHaveLength(2)
      for (const record of records) {
        if (texts === undefined) expect(JSON.stringify(record)).not.toContain('canary')
        else expect(record).toMatchObject(texts)
      }
    }
  })

  it('US4: a stream that broke is recorded with what had come', async () => {
    const upstream = await upstreamWith([reply.cut({ afterEvents: 3 })])
    const { handler } = stageOf({ one: upstream }, { recordText: true })
    const { text } = await readAll(handler.streamCompletion(request))
    const { records } = await handler.usage()
    expect(records[0]).toMatchObject({ outcome: 'failure', answer: text })
    expect(text.length).toBeGreaterThan(0)
  })

  it('US4: no text is kept where the redaction fails, and the answer is not affected', async () => {
    const upstream = await upstreamWith([reply.chat()])
    const recordText = () => {
      throw new Error('no')
    }
    const { handler } = stageOf({ one: upstream }, { recordText })
    expect((await handler.generateResponse(request)).text).toBe('Hello from the test upstream.')
    const { records } = await handler.usage()
    expect(records[0]).toMatchObject({ outcome: 'success' })
    expect(JSON.stringify(records)).not.toMatch(/canary|Hello/)
  })
})
