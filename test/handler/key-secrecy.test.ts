// Keys that no header may hold are refused before anything is sent, and no key is ever shown.

import { inspect } from 'node:util'
import { beforeAll, describe, expect, it } from 'vitest'
import type { ProviderAdapter } from '../../src/core/contracts.js'
import { type ByokError, isByokError } from '../../src/core/errors.js'
import { BYOKHandler } from '../../src/handler.js'
import type { HandlerOptions } from '../../src/options/handler-options.js'
import { type Reply, reply } from '../../src/testing/reply.js'
import { failureOf, loadSdks, readAll, stageOf, upstreamWith, watch } from '../pipeline/stage.js'

beforeAll(loadSdks)

const secret = 'canary-7f3a91-test-key'

/** What is wrong with the key, and the key. */
const malformed: readonly [what: string, key: unknown][] = [
  ['a line break inside', `${secret}\n${secret}`],
  ['a carriage return inside', `${secret}\r\nx-evil: ${secret}`],
  ['a space inside', `${secret} ${secret}`],
  ['a tab inside', `${secret}\t${secret}`],
  ['a NUL', `${secret}\0${secret}`],
  ['an ellipsis from a web page', `${secret}…`],
  ['a letter beyond ASCII', `${secret}é`],
  ['nothing but spaces', '   '],
  ['nothing in it', ''],
  ['more characters than a header takes', secret.repeat(400)],
  ['a placeholder for a value', 'your-api-key'],
  ['another placeholder', '<YOUR KEY>'],
  ['a variable that nobody filled in', `\${OPENAI_API_KEY}`],
  ['an object around it', { value: secret }],
  ['a number', 12345678],
  ['a list that holds it twice', [secret, { value: secret }]],
  ['a list with a weight of nothing', [{ value: secret, weight: 0 }]],
]

/** Everything by which an error may be shown. */
function shownBy(error: unknown): string {
  const shown = [
    String(error),
    error instanceof Error ? (error.stack ?? '') : '',
    JSON.stringify(error) ?? '',
    inspect(error, { depth: Number.POSITIVE_INFINITY, showHidden: true }),
    isByokError(error) ? shownBy((error as ByokError).cause) : '',
  ]
  return shown.join('\n')
}

function thrownBy(build: () => unknown): unknown {
  try {
    build()
  } catch (error) {
    return error
  }
  return undefined
}

describe.each(malformed)('a key with %s', (_, key) => {
  const expected = { code: 'invalid-key-format', isRetryable: false }

  it('is refused when the handler is built', () => {
    const options = { keys: { openai: key } } as HandlerOptions // wrong on purpose
    const error = thrownBy(() => new BYOKHandler(options))
    expect(error).toMatchObject({ ...expected, provider: 'openai', field: 'keys.openai' })
    expect(shownBy(error)).not.toContain(secret)
  })

  it.each(['apiKey', 'keys'])('is refused as %s of a request', async (name) => {
    const upstream = await upstreamWith([reply.chat()])
    const { handler } = stageOf({ one: upstream })
    const given = name === 'apiKey' ? key : { one: key }
    const request = { model: 'one/m', prompt: 'Hi', [name]: given }
    for (const error of [
      await failureOf(handler.generateResponse(request)),
      (await readAll(handler.streamCompletion(request))).error,
    ]) {
      expect(error).toMatchObject({ ...expected, provider: 'one' })
      expect(shownBy(error)).not.toContain(secret)
    }
    expect(upstream.hits()).toBe(0)
  })

  it('is refused from a key function', async () => {
    if (key === '') return // that is how a key function says that it has none
    const upstream = await upstreamWith([reply.chat()])
    const { handler, told } = stageOf({ one: upstream }, { keys: { one: () => key as string } }) // wrong on purpose
    const error = await failureOf(handler.generateResponse({ model: 'one/m', prompt: 'Hi' }))
    expect(error).toMatchObject(expected)
    expect(shownBy([error, told])).not.toContain(secret)
    expect(upstream.hits()).toBe(0)
  })
})

describe('a key with spaces and line breaks at its ends', () => {
  it('is trimmed, and sent without them', async () => {
    const upstream = await upstreamWith([reply.chat()])
    const { handler } = stageOf({ one: upstream }, { keys: { one: `\n  ${secret} \r\n` } })
    await handler.generateResponse({ model: 'one/m', prompt: 'Hi' })
    await handler.generateResponse({ model: 'one/m', prompt: 'Hi', apiKey: '\tx ' })
    expect(upstream.requests.map(({ headers }) => headers.authorization)).toEqual([
      `Bearer ${secret}`,
      'Bearer x',
    ])
  })
})

/** Spellings in which a provider may echo a key. */
const echoes: readonly [how: string, echo: string][] = [
  ['as it is', secret],
  ['in base64', Buffer.from(secret).toString('base64')],
  ['URL-encoded', encodeURIComponent(secret)],
  ['with its middle starred out', `can***${secret.slice(-8)}`],
]

describe.each(echoes)('a key that the provider echoes %s', (_, echo) => {
  const hidden = echo.slice(-8)
  const faults = {
    'an error body': reply.error(401, { message: `Incorrect key: ${echo}.`, code: 'invalid_api_key' }),
    'a plain body': reply.status(500, `no such key ${echo}`),
    'a page': reply.raw(`<!doctype html>${echo}`, { 'content-type': 'text/html' }),
    'a body that is no JSON': reply.raw(`key ${echo}`, { 'content-type': 'application/json' }),
    'the stream': reply.errorEvent({ message: `Key ${echo} has expired.`, afterEvents: 2 }),
    'the code of an error': reply.error(400, { message: 'No.', code: echo, type: echo, param: echo }),
    'the id of the request': reply.status(500, undefined, { 'x-request-id': echo }),
  }

  it.each(Object.entries(faults))('in %s is in no error, event or attempt', async (_where, fault) => {
    const upstream = await upstreamWith([fault])
    const { handler, told } = stageOf({ one: upstream }, { keys: { one: secret } })
    const warned: unknown[] = []
    handler.on('warning', (event) => warned.push(event))
    const request = { model: 'one/m', prompt: 'Hi' }
    const error = await failureOf(handler.generateResponse(request))
    const ofStream = await readAll(handler.streamCompletion(request))
    const shown = shownBy(error) + shownBy(ofStream) + shownBy(told) + shownBy(warned)
    expect(shown).not.toContain(hidden)
    expect(error.attempts?.length).toBeGreaterThan(0)
  })
})

describe('a key that JSON must escape', () => {
  const key = 'canary"7f3a91\\test"key'
  const shown = ['canary"7f3a91', 'canary\\"7f3a91', 'test"key', 'test\\"key']

  it.each<[string, (message: string) => Reply]>([
    ['an error body', (message) => reply.error(401, { message, code: message })],
    [
      'a page that quotes JSON',
      (message) => reply.status(502, `<html>${JSON.stringify({ message })}</html>`),
    ],
    ['the stream', (message) => reply.errorEvent({ message, afterEvents: 2 })],
    [
      'a body that is no whole JSON',
      (message) => reply.status(500, JSON.stringify({ message }).slice(0, -1)),
    ],
  ])('is hidden in %s', async (_where, echo) => {
    const upstream = await upstreamWith([echo(`Incorrect key: ${key}.`)])
    const { handler, told } = stageOf({ one: upstream }, { keys: { one: key } })
    const error = await failureOf(handler.generateResponse({ model: 'one/m', prompt: 'Hi' }))
    expect(error.message).toContain('Incorrect key: [secret].')
    for (const part of shown) expect(shownBy(error) + shownBy(told)).not.toContain(part)
  })
})

describe('the error of an adapter', () => {
  it('shows no key that is longer than what is quoted of it, nor what an HTTP client hangs on it', async () => {
    const adapter: ProviderAdapter = {
      id: 'own',
      async *stream() {
        throw Object.assign(new TypeError(`${'x'.repeat(490)} ${secret}`), {
          config: { headers: { authorization: `Bearer ${secret}` } },
        })
      },
    }
    const { handler, told } = watch(new BYOKHandler({ adapters: [adapter], keys: { own: secret } }))
    const error = await failureOf(handler.generateResponse({ model: 'own/m', prompt: 'Hi' }))
    expect(error).toMatchObject({ code: 'provider', cause: { name: 'TypeError' } })
    expect(shownBy(error) + shownBy(told)).not.toContain(secret.slice(0, 6))
  })
})

describe('a key', () => {
  it('is in no event, attempt or response of a call that succeeds, nor in the handler', async () => {
    const upstream = await upstreamWith([reply.chat()])
    const { handler, told } = stageOf({ one: upstream }, { keys: { one: secret } })
    const seen = await readAll(handler.streamCompletion({ model: 'one/m', prompt: 'Hi' }))
    expect(seen.response).toBeDefined()
    expect(shownBy([seen, told, handler])).not.toContain(secret)
  })
})
