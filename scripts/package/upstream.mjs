// A provider on this machine that speaks two dialects, and one call to each through a handler.
import assert from 'node:assert/strict'
import { createServer } from 'node:http'

const chatChunk = (delta, finishReason = null) => ({
  id: 'chatcmpl-1',
  object: 'chat.completion.chunk',
  created: 1,
  model: 'test-model',
  choices: [{ index: 0, delta, finish_reason: finishReason }],
})

const openaiEvents = [
  chatChunk({ role: 'assistant', content: 'Hello' }),
  chatChunk({ content: ' there' }),
  chatChunk({}, 'stop'),
]

const anthropicEvents = [
  {
    type: 'message_start',
    message: {
      id: 'msg_1',
      type: 'message',
      role: 'assistant',
      model: 'test-model',
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage: { input_tokens: 1, output_tokens: 1 },
    },
  },
  { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
  { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Hello there' } },
  { type: 'content_block_stop', index: 0 },
  {
    type: 'message_delta',
    delta: { stop_reason: 'end_turn', stop_sequence: null },
    usage: { output_tokens: 2 },
  },
  { type: 'message_stop' },
]

function answer(request, response) {
  request.resume()
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  if (request.url.endsWith('/chat/completions')) {
    for (const event of openaiEvents) response.write(`data: ${JSON.stringify(event)}\n\n`)
    response.end('data: [DONE]\n\n')
  } else {
    for (const event of anthropicEvents)
      response.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)
    response.end()
  }
}

/**
 * Asks both dialects once, so that both SDKs are found and loaded from where the package is installed.
 * @param {typeof import('byok-handler').BYOKHandler} BYOKHandler
 */
export async function callBothDialects(BYOKHandler) {
  const server = createServer(answer)
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  const origin = `http://127.0.0.1:${server.address().port}`
  try {
    const handler = new BYOKHandler({
      keys: { chat: 'test-key-openai-0001', messages: 'test-key-anthropic-0001' },
      providers: {
        chat: { dialect: 'openai-chat', baseURL: `${origin}/v1` },
        messages: { dialect: 'anthropic-messages', baseURL: origin },
      },
    })
    for (const model of ['chat/test-model', 'messages/test-model']) {
      const response = await handler.generateResponse({ prompt: 'Hi', model, maxTokens: 16 })
      assert.equal(response.choices[0].message.content, 'Hello there', `the answer of ${model}`)
    }
    await handler.close()
  } finally {
    server.closeAllConnections()
    server.close()
  }
}
