// Brings a provider of your own: an object that yields deltas.

import { BYOKHandler, type ProviderAdapter, ProviderError } from 'byok-handler'

const parrot: ProviderAdapter = {
  id: 'parrot',
  async *stream({ model, request, signal }) {
    const last = request.messages.at(-1)
    if (typeof last?.content !== 'string') throw new ProviderError('invalid-request', 'I only repeat text.')
    yield { type: 'start', model }
    for (const word of last.content.split(' ')) {
      if (signal.aborted) throw new ProviderError('aborted', 'Left.', { cause: signal.reason })
      yield { type: 'text', text: `${word} ` }
    }
    yield { type: 'usage', usage: { input: 3, output: 3 } }
    yield { type: 'finish', reason: 'stop', raw: 'end_of_squawk' }
  },
}

const byok = new BYOKHandler({ adapters: [parrot] })
const response = await byok.generateResponse({ model: 'parrot/grey', prompt: 'Polly wants tests' })
console.log(response.text, '|', response.byok.finishReason, response.usage.total_tokens)
