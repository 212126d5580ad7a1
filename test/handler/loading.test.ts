// What happens when a part that is loaded with the first request cannot be loaded.

import { expect, it, vi } from 'vitest'
import { BYOKHandler } from '../../src/handler.js'
import { scriptedProvider } from '../../src/testing/scripted-provider.js'
import { failureOf, readAll } from '../pipeline/stage.js'

vi.mock('../../src/pipeline/run.js', () => {
  throw new Error('no such file')
})

it('a pipeline that cannot be loaded is an error of ours in both methods, and holds nothing up', async () => {
  const handler = new BYOKHandler({ adapters: [scriptedProvider({ id: 'p', replies: ['hello'] })] })
  const request = { model: 'p/m', prompt: 'x' }
  expect(await failureOf(handler.generateResponse(request))).toMatchObject({ code: 'internal' })
  expect((await readAll(handler.streamCompletion(request))).error).toMatchObject({ code: 'internal' })
  await handler.close()
})
