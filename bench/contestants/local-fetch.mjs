// A `fetch` that answers at once from memory, and notes when it was called: nothing is sent.

import { OPENAI_MODEL } from './requests.mjs'

const shared = { id: 'chatcmpl-1', created: 1, model: OPENAI_MODEL }
const usage = { prompt_tokens: 12, completion_tokens: 2, total_tokens: 14 }
const whole = JSON.stringify({
  ...shared,
  object: 'chat.completion',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Foxes.' }, finish_reason: 'stop' }],
  usage,
})
const chunk = (fields) =>
  `data: ${JSON.stringify({ ...shared, object: 'chat.completion.chunk', ...fields })}\n\n`
const stream = [
  chunk({ choices: [{ index: 0, delta: { role: 'assistant', content: 'Foxes.' }, finish_reason: null }] }),
  chunk({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }),
  chunk({ choices: [], usage }),
  'data: [DONE]\n\n',
].join('')

/** A `fetch` of one's own, and how long after `start` it was called last, in microseconds. */
export function localFetch() {
  let [startedAt, calledAt] = [0, 0]
  return {
    fetch: async (_, { body }) => {
      calledAt = performance.now()
      const isStream = body.includes('"stream":true')
      const type = isStream ? 'text/event-stream' : 'application/json'
      return new Response(isStream ? stream : whole, { headers: { 'content-type': type } })
    },
    start() {
      startedAt = performance.now()
      calledAt = Number.NaN
    },
    microseconds: () => (calledAt - startedAt) * 1_000,
  }
}
