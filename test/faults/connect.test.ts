// The limit on connecting, over real connections that are never established: in TCP, and in TLS.

import { type AddressInfo, createServer, type Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { reply } from '../../src/testing/reply.js'
import { attemptsOf, failureOf, loadSdks, readAll, stageOf, until, upstreamWith } from '../pipeline/stage.js'
import { canHang, type HangingListener, startHangingListener } from './hanging-listener.js'

/** Undici rounds up: to a second below it, to half seconds above. */
const latestMs = 2_500

const request = { model: 'one/m', prompt: 'x' }
const both = { ...request, model: ['one/m', 'two/m'] }
const atOnce = { retry: { maxRetries: 1, baseMs: 0 } }

let hanging: HangingListener
/** Accepts connections and never says a word of TLS. */
const mute = createServer((socket) => {
  open.add(socket)
  socket.on('error', () => undefined)
  socket.on('close', () => open.delete(socket))
  socket.resume()
})
const open = new Set<Socket>()
let muteUrl = ''

beforeAll(async () => {
  await loadSdks()
  if (canHang) hanging = await startHangingListener()
  await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve))
  muteUrl = `https://127.0.0.1:${(mute.address() as AddressInfo).port}` // it listens on a port
})

afterAll(() => {
  if (canHang) hanging.close()
  mute.close()
})

async function timed<Result>(work: Promise<Result>): Promise<{ result: Result; ms: number }> {
  const from = performance.now()
  const result = await work
  return { result, ms: performance.now() - from }
}

describe('a TLS handshake that never ends', () => {
  it('TM3: ends at `connectMs`, as a timeout of the phase `connect`, and its socket is closed', async () => {
    const { handler } = stageOf({ one: muteUrl }, { timeout: { connectMs: 150 } })
    const { result: error, ms } = await timed(failureOf(handler.generateResponse(request)))
    expect(error).toMatchObject({ code: 'timeout', phase: 'connect', isRetryable: true, provider: 'one' })
    expect(attemptsOf(error)).toEqual(['stream timeout'])
    expect(ms).toBeGreaterThan(149)
    expect(ms).toBeLessThan(latestMs)
    await until(() => open.size === 0, 'the end of the connection', 200)
  })

  it('is ended by close(), also when its caller left long ago', async () => {
    const { handler } = stageOf({ one: muteUrl })
    const abort = new AbortController()
    const failure = failureOf(handler.generateResponse({ ...request, signal: abort.signal }))
    await until(() => open.size === 1, 'the connection')
    abort.abort()
    expect((await failure).code).toBe('aborted')
    await handler.close()
    await until(() => open.size === 0, 'the end of the connection', 200)
  })
})

describe.skipIf(!canHang)('A1: a connection that is never accepted (Linux alone can show it)', () => {
  it('TM3: is asked again, goes to the next candidate, and is never asked without streaming', async () => {
    const healthy = await upstreamWith([reply.chat({ text: 'Here.' })])
    const places = { one: hanging.url, two: healthy }
    const { handler } = stageOf(places, { ...atOnce, timeout: { connectMs: 150 } })
    const { result, ms } = await timed(readAll(handler.streamCompletion(both)))
    expect(result.text).toBe('Here.')
    expect(attemptsOf(result.response?.byok ?? {})).toEqual([
      'stream timeout',
      'stream timeout',
      'stream success',
    ])
    expect(result.response?.byok.attempts[0]?.error).toMatchObject({ code: 'timeout', phase: 'connect' })
    expect(ms).toBeGreaterThan(299)
    expect(ms).toBeLessThan(2 * latestMs)
  })

  it('TM1: the limit of a request wins over that of the handler, in both directions', async () => {
    const { handler } = stageOf({ one: hanging.url }, { timeout: { connectMs: 150 } })
    const longer = timed(failureOf(handler.generateResponse({ ...request, timeout: { connectMs: 3_000 } })))
    const usual = await timed(failureOf(handler.generateResponse(request)))
    expect(usual.result).toMatchObject({ code: 'timeout', phase: 'connect' })
    expect(usual.ms).toBeLessThan(latestMs)
    const { result, ms } = await longer
    expect(result).toMatchObject({ code: 'timeout', phase: 'connect' })
    expect(ms).toBeGreaterThan(2_999)
    const patient = stageOf({ one: hanging.url }).handler
    const short = failureOf(patient.generateResponse({ ...request, timeout: { connectMs: 150 } }))
    expect((await timed(short)).ms).toBeLessThan(latestMs)
  })

  it('opens the breaker of that model, and `checkKey` calls it unreachable', async () => {
    const options = { timeout: { connectMs: 150 }, breaker: { consecutiveFailures: 1 } }
    const { handler } = stageOf({ one: hanging.url }, options)
    expect(await handler.checkKey({ provider: 'one' })).toMatchObject({
      status: 'unreachable',
      error: { code: 'timeout', phase: 'connect' },
    })
    await failureOf(handler.generateResponse(request))
    expect((await failureOf(handler.generateResponse(request))).code).toBe('circuit-open')
  })
})

describe('connections of a handler', () => {
  it('are kept for the next request, and closed by close()', async () => {
    const upstream = await upstreamWith([reply.chat()])
    const { handler } = stageOf({ one: upstream })
    for (let asked = 0; asked < 10; asked += 1) await handler.generateResponse(request)
    // The next request may come before the last connection is free.
    expect(upstream.openSockets()).toBeLessThanOrEqual(2)
    await handler.close()
    await until(() => upstream.openSockets() === 0, 'the end of the connection', 200)
  })

  it('outlast a limit shorter than the answer: only connecting is limited', async () => {
    const upstream = await upstreamWith([{ ...reply.chat({ text: 'Slow.' }), headersAfterMs: 1_400 }])
    const { handler } = stageOf({ one: upstream })
    const { text } = await handler.generateResponse({ ...request, timeout: { connectMs: 50 } })
    expect(text).toBe('Slow.')
  })
})
