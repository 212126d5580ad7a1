// Whose key pays for a call, and who is never moved on to the app's.

import { describe, expect, it } from 'vitest'
import { ByokError } from '../../src/core/errors.js'
import { Secret } from '../../src/core/secret.js'
import { BYOKHandler } from '../../src/handler.js'
import { onlyKey, withoutSecret } from '../../src/keys/pooled-key.js'
import { type KeyContext, type KeyFunction, KeyResolver, type RequestKeys } from '../../src/keys/resolver.js'
import { failureOf } from '../pipeline/stage.js'

const appsKey = 'test-key-app-0001'
const none: RequestKeys = new Map()
const broughtFor = (provider: string): RequestKeys =>
  new Map([[provider, new Secret('test-key-request-0001')]])

function resolverWith(setting?: string | KeyFunction): KeyResolver {
  if (setting === undefined) return new KeyResolver(new Map())
  return new KeyResolver(
    new Map([['one', typeof setting === 'string' ? onlyKey(new Secret(setting)) : setting]]),
  )
}

/** The key and its source, to be compared. */
async function foundBy(
  resolver: KeyResolver,
  context: Partial<KeyContext> = {},
  keys = none,
  carrier?: Parameters<KeyResolver['resolve']>[2],
): Promise<unknown> {
  const credential = await resolver.resolve({ provider: 'one', ...context }, keys, carrier)
  return credential && [credential.source, credential.keys[0]?.secret?.reveal()]
}

describe('a key that the app gave as text', () => {
  it('serves every call, with a tenant and without one', async () => {
    const resolver = resolverWith(appsKey)
    expect(await foundBy(resolver)).toEqual(['app', appsKey])
    expect(await foundBy(resolver, { tenant: 'acme' })).toEqual(['app', appsKey])
  })

  it('serves no other provider', async () => {
    const resolver = resolverWith(appsKey)
    for (const provider of ['two', 'default', '__proto__', 'constructor', 'ONE', ''])
      expect(await foundBy(resolver, { provider })).toBeUndefined()
  })
})

describe('a request that brings keys', () => {
  it('pays with its own, before everything that the app has', async () => {
    let isAsked = false
    const find = () => {
      isAsked = true
      return appsKey
    }
    for (const setting of [appsKey, find]) {
      expect(await foundBy(resolverWith(setting), { tenant: 'acme' }, broughtFor('one'))).toEqual([
        'request',
        'test-key-request-0001',
      ])
    }
    expect(isAsked).toBe(false)
  })

  it('is never moved on to the key of the app, nor to its key function or its client', async () => {
    let isAsked = false
    const find = () => {
      isAsked = true
      return appsKey
    }
    const carrier = { source: 'app', keys: onlyKey(new Secret(appsKey)) } as const
    for (const setting of [undefined, appsKey, find]) {
      for (const context of [{}, { tenant: 'acme' }])
        expect(await foundBy(resolverWith(setting), context, broughtFor('two'), carrier)).toBeUndefined()
    }
    expect(isAsked).toBe(false)
  })
})

describe('a key function', () => {
  it('is told for whom and for what, and its key is the tenant’s, or without a tenant the app’s', async () => {
    const asked: KeyContext[] = []
    const resolver = resolverWith(async (context) => {
      asked.push(context)
      return ` test-key-${context.tenant ?? 'nobody'}-0001\n`
    })
    expect(await foundBy(resolver, { tenant: 'acme', user: 'ada' })).toEqual(['tenant', 'test-key-acme-0001'])
    expect(await foundBy(resolver)).toEqual(['app', 'test-key-nobody-0001'])
    expect(asked).toEqual([{ provider: 'one', tenant: 'acme', user: 'ada' }, { provider: 'one' }])
  })

  it('is asked for every call, and what it said is not remembered', async () => {
    const answers = [undefined, 'test-key-old-0001', 'test-key-new-0001', undefined]
    const resolver = resolverWith(() => answers.shift())
    expect(await foundBy(resolver, { tenant: 'acme' })).toBeUndefined()
    expect(await foundBy(resolver, { tenant: 'acme' })).toEqual(['tenant', 'test-key-old-0001'])
    expect(await foundBy(resolver, { tenant: 'other' })).toEqual(['tenant', 'test-key-new-0001'])
    expect(await foundBy(resolver, { tenant: 'acme' })).toBeUndefined()
  })

  it.each([undefined, null, ''])('says with %j that there is none', async (value) => {
    for (const find of [() => value, async () => value])
      expect(await foundBy(resolverWith(find), { tenant: 'acme' })).toBeUndefined()
  })

  it.each<[string, unknown]>([
    ['a number', 12345678],
    ['an object', { key: appsKey }],
    ['false', false],
    ['a placeholder', 'your-api-key'],
    ['spaces', '   '],
    ['a line break', `${appsKey}\nx`],
  ])('that gives %s is refused without showing it', async (_, value) => {
    const resolver = resolverWith(() => value as string) // wrong on purpose
    const failure = await Promise.resolve(resolver.resolve({ provider: 'one' }, none)).catch(
      (error: unknown) => error,
    )
    expect(failure).toMatchObject({ code: 'invalid-key-format', provider: 'one', isRetryable: false })
    expect(String(failure)).not.toMatch(/12345678|test-key|your-api-key/)
  })

  it.each<[string, KeyFunction]>([
    [
      'throws',
      () => {
        throw new RangeError('the vault is shut')
      },
    ],
    ['rejects', () => Promise.reject(new RangeError('the vault is shut'))],
  ])('that %s is a `no-key` that may be tried again, with the reason as its cause', async (_, find) => {
    await expect(resolverWith(find).resolve({ provider: 'one' }, none)).rejects.toMatchObject({
      code: 'no-key',
      isRetryable: true,
      provider: 'one',
      message: 'The key function for "one" failed.',
      cause: expect.any(RangeError),
    })
  })

  it('may throw an error of ours, which stays what it is', async () => {
    const error = new ByokError('permission', 'This customer is blocked.')
    const find = () => {
      throw error
    }
    await expect(resolverWith(find).resolve({ provider: 'one' }, none)).rejects.toBe(error)
  })

  it('that never answers holds nobody who leaves', async () => {
    const controller = new AbortController()
    const find = () => {
      queueMicrotask(() => controller.abort('enough'))
      return new Promise<string>(() => undefined)
    }
    const handler = new BYOKHandler({ keys: { openai: find } })
    const request = { model: 'openai/m', prompt: 'x', signal: controller.signal }
    expect(await failureOf(handler.generateResponse(request))).toMatchObject({
      code: 'aborted',
      cause: 'enough',
    })
  })
})

describe('what the app’s own client or transport pays with', () => {
  const client = { source: 'app', keys: onlyKey(new Secret('test-key-client-0001')) } as const
  const clients = ['app', 'test-key-client-0001']

  it('pays where nothing else is set, and a client also where the app has given another key', async () => {
    expect(await foundBy(resolverWith(), { tenant: 'acme' }, none, client)).toEqual(clients)
    expect(await foundBy(resolverWith(appsKey), {}, none, client)).toEqual(clients)
    expect(await foundBy(resolverWith(appsKey), {}, none, { source: 'app', keys: withoutSecret })).toEqual([
      'app',
      appsKey,
    ])
  })

  it('gives way to a key that the request or the tenant brings', async () => {
    expect(await foundBy(resolverWith(), {}, broughtFor('one'), client)).toEqual([
      'request',
      'test-key-request-0001',
    ])
    const resolver = resolverWith(() => 'test-key-acme-0001')
    expect(await foundBy(resolver, { tenant: 'acme' }, none, client)).toEqual([
      'tenant',
      'test-key-acme-0001',
    ])
  })

  it('never pays for a tenant for whom the key function has none', async () => {
    const resolver = resolverWith(() => undefined)
    expect(await foundBy(resolver, { tenant: 'acme' }, none, client)).toBeUndefined()
    expect(await foundBy(resolver, {}, none, client)).toEqual(clients)
  })
})
