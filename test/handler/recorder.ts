// Records what callbacks hear of chunks that come over HTTP.

import type { DeltaCallbacks } from '../../src/pipeline/prepared-request.js'
import { reply } from '../../src/testing/reply.js'
import { readAll, type Stage, stageOf, upstreamWith } from '../pipeline/stage.js'
import type { Chunk } from '../stream/chunks.js'

/** What was called, in order. */
export function recorder(): { heard: string[]; callbacks: DeltaCallbacks } {
  const heard: string[] = []
  return {
    heard,
    callbacks: {
      onTextDelta: (piece) => heard.push(`text ${piece}`),
      onReasoningDelta: (piece) => heard.push(`reasoning ${piece}`),
      onFirstDelta: () => heard.push('first'),
      onToolCallStart: ({ index, id, name }) => heard.push(`call ${index} ${id} ${name}`),
    },
  }
}

/** A request for the one model. */
export const request = { model: 'one/m', prompt: 'Hi' }

/** A stage whose upstream sends these chunks of a chat completion, one event each. */
export async function chunksFrom(...chunks: readonly (Chunk | string)[]): Promise<Stage> {
  const events = chunks.map((sent) => `data: ${typeof sent === 'string' ? sent : JSON.stringify(sent)}\n\n`)
  const upstream = await upstreamWith([reply.raw(events, { 'content-type': 'text/event-stream' })])
  return stageOf({ one: upstream })
}

/** What callbacks hear of these chunks. */
export async function heardOf(...chunks: readonly (Chunk | string)[]): Promise<string[]> {
  const { heard, callbacks } = recorder()
  const { handler } = await chunksFrom(...chunks)
  await readAll(handler.streamCompletion({ ...request, callbacks }))
  return heard
}
