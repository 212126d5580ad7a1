// The misbehaving upstream, seen through fetch and through a bare socket.

import { once } from 'node:events'
import { connect } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { type AnswerReply, type Reply, reply } from '../../src/testing/reply.js'
import { closedPort, startUpstream, type Upstream, type UpstreamScript } from '../../src/testing/upstream.js'

const running: Upstream[] = []
afterEach(async () => {
  await Promise.all(running.splice(0).map((upstream) => upstream.close()))
})

async function start(script: UpstreamScript): Promise<Upstream> {
  const upstream = await startUpstream(script)
  running.push(upstream)
  return upstream
}

function ask(
  upstream: Upstream,
  body: object = { stream: true },
  options: RequestInit = {},
): Promise<Response> {
  const path = '/v1/chat/completions'
  return fetch(upstream.url + path, { method: 'POST', body: JSON.stringify(body), ...options })
}

/** What arrives, and the code of the failure if there was one. */
async function outcome(
  answer: Reply,
  body?: object,
): Promise<{ text: string; failure?: unknown; response?: Response }> {
  let text = ''
  let response: Response | undefined
  try {
    response = await ask(await start([answer]), body)
    const decoder = new TextDecoder()
    for await (const bytes of response.body ?? []) text += decoder.decode(bytes, { stream: true })
  } catch (error) {
    const cause = error instanceof Error ? error.cause : undefined
    const failure =
      typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : String(error)
    return { text, failure, ...(response ? { response } : {}) }
  }
  return { text, response }
}

const eventsIn = (text: string) => text.split('\n\n').filter((event) => event.startsWith('data:')).length

/** What a bare socket receives, up to its end. */
async function bareBytes(upstream: Upstream): Promise<string> {
  const socket = connect(Number(new URL(upstream.url).port), '127.0.0.1')
  socket.write(
    'POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 15\r\n\r\n{"stream":true}',
  )
  let text = ''
  socket.on('data', (bytes) => {
    text += bytes
  })
  await once(socket, 'close')
  return text
}

describe('a script', () => {
  it('gives one reply a request, the last again and again, and logs who called', async () => {
    const upstream = await start([reply.status(503), reply.chat()])
    expect((await ask(upstream)).status).toBe(503)
    for (const _ of [1, 2])
      expect(await (await ask(upstream, { stream: true, n: 1 })).text()).toContain('[DONE]')
    expect(upstream.hits()).toBe(3)
    const last = upstream.requests[2]
    await last?.over
    expect(last).toMatchObject({
      method: 'POST',
      path: '/v1/chat/completions',
      body: { n: 1 },
      closedByClient: false,
    })
    expect(last?.eventsSent).toBe(7)
    expect(last?.bytesSent).toBeGreaterThan(1_000)
  })

  it('may decide by the request', async () => {
    const upstream = await start(({ body }) => reply.status((body as { code: number }).code)) // sent two lines below
    expect((await ask(upstream, { code: 418 })).status).toBe(418)
    expect((await ask(upstream, { code: 402 })).status).toBe(402)
  })

  it('that fails is seen by the client', async () => {
    const broken = () => {
      throw new Error('oops')
    }
    expect((await ask(await start(broken))).status).toBe(599)
  })

  it('answers a request that asks for no stream with the same answer as a whole', async () => {
    const { text, response } = await outcome(reply.chat({ text: ['a', 'b'] }), { model: 'm' })
    expect(response?.headers.get('content-type')).toBe('application/json')
    expect(JSON.parse(text)).toMatchObject({ model: 'm', choices: [{ message: { content: 'ab' } }] })
  })

  it('sends usage only to those who ask, whatever it holds', async () => {
    const answer = reply.chat({ usage: { input: -1, output: 'many' } })
    expect((await outcome(answer)).text).not.toContain('usage')
    const asking = await outcome(answer, { stream: true, stream_options: { include_usage: true } })
    expect(asking.text).toContain('"prompt_tokens":-1,"completion_tokens":"many","total_tokens":"many"')
  })

  it('sends tool calls with any index, without id, in turn', async () => {
    const { text } = await outcome(
      reply.chat({
        interleaved: true,
        toolCalls: [
          { name: 'a', arguments: ['{', '}'], index: '__proto__', id: null },
          { name: 'b', arguments: ['{', '}'], index: null },
        ],
      }),
    )
    const calls = [...text.matchAll(/"tool_calls":\[(\{.*?\})\]\}/g)].map(([, call]) =>
      JSON.parse(call ?? ''),
    )
    expect(calls.map(({ index }) => index)).toEqual([
      '__proto__',
      undefined,
      '__proto__',
      undefined,
      '__proto__',
      undefined,
    ])
    expect(calls[0]).not.toHaveProperty('id')
  })
})

describe('a connection', () => {
  it('is refused on a closed port', async () => {
    const url = await closedPort()
    await expect(fetch(url)).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } })
  })

  it('can be reset before the first byte', async () => {
    expect(await outcome(reply.refuse())).toMatchObject({ failure: 'ECONNRESET', text: '' })
  })

  it('can be accepted and never answered; the log says when the client left', async () => {
    const upstream = await start([reply.hang()])
    await expect(ask(upstream, {}, { signal: AbortSignal.timeout(50) })).rejects.toThrow()
    const request = upstream.requests[0]
    await request?.over
    expect(request?.closedByClient).toBe(true)
    expect(request?.closedAfterMs).toBeGreaterThan(10)
    await expect.poll(() => upstream.openSockets()).toBe(0)
  })

  it('can be reset after some events, or some bytes', async () => {
    const afterEvents = await outcome(reply.reset({ afterEvents: 2 }))
    expect(afterEvents).toMatchObject({ failure: 'ECONNRESET' })
    expect(eventsIn(afterEvents.text)).toBe(2)
    const afterBytes = await outcome(reply.reset({ afterBytes: 10 }))
    expect(afterBytes.text).toHaveLength(10)
  })

  it('can be cut in the middle of a chunked body, or before the promised length', async () => {
    const chunked = await outcome(reply.cut({ afterEvents: 3 }))
    expect(chunked).toMatchObject({ failure: 'UND_ERR_SOCKET' })
    expect(eventsIn(chunked.text)).toBe(3)
    expect(await outcome(reply.truncated())).toMatchObject({ failure: 'UND_ERR_SOCKET' })
    const whole = await outcome(reply.cut({ afterEvents: 1 }), {})
    expect(() => JSON.parse(whole.text)).toThrow()
    expect(whole.text).not.toBe('')
  })

  it('can end properly though the answer is not whole', async () => {
    const ended = await outcome(reply.end({ afterEvents: 2 }))
    expect(ended.failure).toBeUndefined()
    expect(eventsIn(ended.text)).toBe(2)
    expect((await outcome(reply.chat({}, { withoutTerminator: true }))).text).not.toContain('[DONE]')
  })

  it('can stall with keep-alive comments, and notices the client leaving', async () => {
    const upstream = await start([reply.stall({ afterEvents: 1, keepAliveMs: 5 })])
    const response = await ask(upstream)
    let text = ''
    for await (const bytes of response.body ?? []) {
      text += new TextDecoder().decode(bytes)
      if (text.split(': keep-alive').length > 3) break
    }
    const request = upstream.requests[0]
    await request?.over
    expect(request).toMatchObject({ closedByClient: true, eventsSent: 1 })
  })

  it('can stay open after the end mark', async () => {
    const upstream = await start([reply.stall()])
    const response = await ask(upstream)
    for await (const bytes of response.body ?? [])
      if (new TextDecoder().decode(bytes).includes('[DONE]')) break
    await upstream.requests[0]?.over
    expect(upstream.requests[0]?.closedByClient).toBe(true)
  })

  it('closes with the upstream, and that is not the client leaving', async () => {
    const upstream = await start([reply.hang()])
    const asking = ask(upstream).catch(() => undefined)
    await expect.poll(() => upstream.hits()).toBe(1)
    await upstream.close()
    await asking
    await upstream.requests[0]?.over
    expect(upstream.requests[0]?.closedByClient).toBe(false)
    expect(upstream.openSockets()).toBe(0)
  })

  it('takes early hints along without harm', async () => {
    const raw = await bareBytes(await start([reply.chat({}, { informational: true })]))
    expect(raw).toMatch(/^HTTP\/1.1 102 .*HTTP\/1.1 103 .*HTTP\/1.1 200 OK/s)
    expect((await outcome(reply.chat({}, { informational: true }))).text).toContain('[DONE]')
  })

  it('makes the sender wait for a slow reader', async () => {
    const upstream = await start([reply.chat({ text: Array(50_000).fill('x') }, { eventsPerWrite: 100 })])
    const response = await ask(upstream)
    const request = upstream.requests[0]
    await expect.poll(() => request?.pauses).toBeGreaterThan(0)
    let before = -1
    await expect
      .poll(() => {
        const isStill = before === request?.bytesSent
        before = request?.bytesSent ?? 0
        return isStill
      })
      .toBe(true)
    expect(request?.eventsSent).toBeLessThan(50_000)
    expect(eventsIn(await response.text())).toBe(50_003)
  })
})

describe('a response', () => {
  it('has the status, headers and error body that the vendor would send', async () => {
    const limited = await outcome(reply.status(429, undefined, { 'retry-after': '3', 'content-type': null }))
    expect(limited.response?.status).toBe(429)
    expect(limited.response?.headers.get('retry-after')).toBe('3')
    expect(limited.response?.headers.has('content-type')).toBe(false)
    expect(JSON.parse(limited.text)).toMatchObject({ error: { code: 'rate_limit_exceeded' } })
    const own = await outcome(reply.status(400, { detail: 'no' }))
    expect(own.text).toBe('{"detail":"no"}')
  })

  it('can be a redirect, a web page, nothing, or any other JSON', async () => {
    const other = await start([reply.chat()])
    const redirecting = await start([reply.redirect(`${other.url}/v1/chat/completions`)])
    const redirect = await ask(redirecting, {}, { redirect: 'manual' })
    expect([redirect.status, redirect.headers.get('location')]).toEqual([
      307,
      `${other.url}/v1/chat/completions`,
    ])
    expect(other.hits()).toBe(0)
    expect((await outcome(reply.html())).response?.headers.get('content-type')).toContain('text/html')
    expect(await outcome(reply.raw(''))).toMatchObject({ text: '' })
    expect((await outcome(reply.status(200, []))).text).toBe('[]')
  })

  it('can be compressed once, or so often that no one should unpack it', async () => {
    expect((await outcome(reply.chat({}, { encodings: ['gzip', 'br'] }))).text).toContain('[DONE]')
    const upstream = await start([reply.chat({}, { encodings: Array(100).fill('gzip') })])
    const raw = await bareBytes(upstream)
    expect(raw.match(/gzip/g)).toHaveLength(100)
  })

  it('can be small and grow large in the reader', async () => {
    const upstream = await start([reply.gzipBomb(64 * 1024 ** 2)])
    const response = await ask(upstream)
    let bytes = 0
    for await (const chunk of response.body ?? []) bytes += chunk.length
    expect(bytes).toBe(64 * 1024 ** 2 + 6)
    expect(upstream.requests[0]?.bytesSent).toBeLessThan(200_000)
  })

  it('can refuse streaming, or stream options', async () => {
    const noStream = reply.chat({}, { refuses: 'stream' })
    expect((await outcome(noStream)).response?.status).toBe(400)
    expect((await outcome(noStream, {})).response?.status).toBe(200)
    const noOptions = reply.chat({}, { refuses: 'stream_options' })
    expect((await outcome(noOptions)).response?.status).toBe(200)
    const refused = await outcome(noOptions, { stream: true, stream_options: {} })
    expect(JSON.parse(refused.text)).toMatchObject({ error: { param: 'stream_options' } })
  })
})

describe('an event stream', () => {
  const text = async (answer: AnswerReply) => (await outcome(answer)).text
  const plain = () => text(reply.chat())

  it('can come in single bytes and still be the same', async () => {
    const upstream = await start([reply.chat({ text: 'é😀' }, { sliceBytes: 1 })])
    const response = await ask(upstream)
    let reads = 0
    const pieces: Uint8Array[] = []
    for await (const bytes of response.body ?? []) {
      reads += 1
      pieces.push(bytes)
    }
    expect(reads).toBeGreaterThan(50)
    expect(Buffer.concat(pieces).toString()).toBe(await text(reply.chat({ text: 'é😀' })))
  })

  it('can use any line ends, a byte order mark, comments, and no space', async () => {
    const usual = await plain()
    expect(await text(reply.chat({}, { lineEnd: '\r\n' }))).toBe(usual.replaceAll('\n', '\r\n'))
    expect(await text(reply.chat({}, { lineEnd: '\r' }))).toBe(usual.replaceAll('\n', '\r'))
    expect(await text(reply.chat({}, { withoutSpace: true }))).toBe(usual.replaceAll('data: ', 'data:'))
    expect(await text(reply.chat({}, { comment: ' ping' }))).toBe(
      usual.replaceAll('data: ', ': ping\n\ndata: '),
    )
    expect(await text(reply.chat({}, { withoutLastBlankLine: true }))).toBe(usual.slice(0, -1))
    const marked = await (await ask(await start([reply.chat({}, { byteOrderMark: true })]))).arrayBuffer()
    expect([...new Uint8Array(marked).subarray(0, 4)]).toEqual([0xef, 0xbb, 0xbf, 0x64])
  })

  it('can hold an error, broken JSON, or one huge event, after any number of events', async () => {
    const failed = await text(reply.errorEvent({ message: 'broken', afterEvents: 2 }))
    expect(failed.split('\n\n')[2]).toMatch(/^data: {"error":{"message":"broken"/)
    expect(eventsIn(failed)).toBe(3)
    const bad = await text(reply.badEvent({ afterEvents: 1 }))
    expect(bad.split('\n\n')[1]).toBe('data: {"id":"test-answer-1","choi')
    expect(bad).toContain('[DONE]')
    expect((await text(reply.hugeEvent({ bytes: 2 ** 20, afterEvents: 99 }))).length).toBeGreaterThan(2 ** 20)
  })

  it('can be slow in all its parts', async () => {
    const started = performance.now()
    await text(
      reply.chat({ text: ['a', 'b'] }, { headersAfterMs: 20, firstEventAfterMs: 20, eventEveryMs: 10 }),
    )
    expect(performance.now() - started).toBeGreaterThan(70)
  })
})
