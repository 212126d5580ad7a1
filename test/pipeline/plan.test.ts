// The plan: which models a request will try, in order, whose key pays, and why others are left out.

import { describe, expect, it, vi } from 'vitest'
import type { ModelInfo } from '../../src/core/model-info.js'
import { keysOf as pooled } from '../../src/keys/key-format.js'
import { withoutSecret } from '../../src/keys/pooled-key.js'
import { KeyResolver, type KeySetting } from '../../src/keys/resolver.js'
import type { CompletionRequest } from '../../src/options/completion-request.js'
import { checkHandlerOptions, type HandlerOptions } from '../../src/options/handler-options.js'
import { prepareRequest } from '../../src/options/prepare.js'
import { Contenders, type ModelFinder, noModels } from '../../src/pipeline/contenders.js'
import { makePlan, type Plan } from '../../src/pipeline/plan.js'
import type { RegisteredProvider } from '../../src/providers/registry.js'
import { nameOf } from '../../src/routing/model-reference.js'
import type { AppReRanker } from '../../src/routing/policy.js'
import { scriptedProvider } from '../../src/testing/scripted-provider.js'
import { booksOf, plainRouting } from './books.js'
import { failureOf } from './stage.js'

/** What differs from a provider that needs a key and has the default model `m`. */
type Traits = Partial<Pick<RegisteredProvider, 'needsKey' | 'isAppsOwn' | 'defaultModel'>>

interface Scene {
  /** In the app's order. */
  readonly providers: Readonly<Record<string, Traits>>
  readonly keys?: Readonly<Record<string, KeySetting>>
  /** Providers that only a request can name. */
  readonly others?: readonly string[]
  readonly options?: HandlerOptions
  readonly reRank?: AppReRanker
  /** What the catalogue knows. */
  readonly catalogue?: readonly ModelInfo[]
}

async function plan(scene: Scene, request: CompletionRequest): Promise<Plan> {
  const { providers, keys = {}, others = [], options = {}, reRank, catalogue = [] } = scene
  const entries = new Map<string, RegisteredProvider>()
  for (const id of [...Object.keys(providers), ...others]) {
    const adapter = scriptedProvider({ id, replies: ['Hi'] })
    entries.set(id, { id, adapter, needsKey: true, defaultModel: 'm', streams: true, ...providers[id] })
  }
  const settings = new Map(
    Object.entries(keys).map(([id, key]) => [id, typeof key === 'function' ? key : pooled(key, id)]),
  )
  const models: ModelFinder = {
    ...noModels,
    of: (provider) => catalogue.filter((row) => row.provider === provider),
    find: (provider, model) => catalogue.find((row) => row.provider === provider && row.model === model),
    all: () => catalogue,
  }
  const policy = checkHandlerOptions({ routing: { reRank } }).choice.routing
  const { parts } = booksOf(scriptedProvider({ id: 'unused', replies: ['Hi'] }), undefined, {
    providers: { get: (id) => entries.get(id), configured: () => Object.keys(providers) },
    keys: new KeyResolver(settings),
  })
  const routing = plainRouting({ policy, models, contenders: new Contenders(models) })
  const prepared = prepareRequest(
    { prompt: 'Hi', ...request },
    'generateResponse',
    checkHandlerOptions(options),
    'req_1',
  )
  const made = await makePlan(prepared, { ...parts, routing })
  if (made.refusal !== undefined) throw made.refusal
  return made
}

const names = ({ candidates }: Plan) => candidates.map(nameOf)
const left = ({ route }: Plan) => route().excluded.map(({ model, reason }) => `${model}: ${reason}`)
const keysOf = ({ candidates }: Plan) =>
  candidates.map(({ credential }) => credential.keys[0]?.secret?.reveal())

const two: Scene = {
  providers: { a: {}, b: {} },
  keys: { a: 'test-key-a-0001', b: 'test-key-b-0001' },
}

describe('named models', () => {
  it('stand in their order, each with its key', async () => {
    const made = await plan(two, { model: ['b/y', 'a/x'] })
    expect(names(made)).toEqual(['b/y', 'a/x'])
    expect(keysOf(made)).toEqual(['test-key-b-0001', 'test-key-a-0001'])
    expect(left(made)).toEqual([])
  })

  it('are left out where there is no key, with the reason', async () => {
    const made = await plan({ ...two, keys: { b: 'test-key-b-0001' } }, { model: ['a/x', 'b/y'] })
    expect(names(made)).toEqual(['b/y'])
    expect(left(made)).toEqual(['a/x: no key for "a"'])
  })

  it('are left out beyond the most that a request asks, and their keys are not looked up', async () => {
    const key = vi.fn(() => 'test-key-b-0001')
    const scene = {
      ...two,
      keys: { a: 'test-key-a-0001', b: key },
      options: { failover: { maxCandidates: 2 } },
    }
    const made = await plan(scene, { model: ['a/x', 'a/y', 'b/z', 'a/z'] })
    expect(names(made)).toEqual(['a/x', 'a/y'])
    expect(left(made)).toEqual(['b/z: more than 2 candidates', 'a/z: more than 2 candidates'])
    expect(key).not.toHaveBeenCalled()
  })

  it('do not count as candidates where they are left out', async () => {
    const scene = { ...two, keys: { b: 'test-key-b-0001' }, options: { failover: { maxCandidates: 1 } } }
    expect(names(await plan(scene, { model: ['a/x', 'b/y'] }))).toEqual(['b/y'])
  })

  it('are refused with a provider that there is not', async () => {
    const error = await failureOf(plan(two, { model: ['a/x', 'nobody/y'] }))
    expect(error).toMatchObject({ code: 'invalid-request', field: 'model' })
    expect(error.message).toContain('"nobody"')
  })
})

describe('auto', () => {
  it('is the default models of the app, in its order', async () => {
    expect(names(await plan(two, {}))).toEqual(['a/m', 'b/m'])
  })

  it('passes over a provider without a default model', async () => {
    const scene = { ...two, providers: { a: { defaultModel: null }, b: {} } }
    expect(names(await plan(scene, {}))).toEqual(['b/m'])
  })

  it('counts a provider that only the request has a key for', async () => {
    const made = await plan({ providers: {}, others: ['c'] }, { keys: { c: 'test-key-c-0001' } })
    expect(names(made)).toEqual(['c/m'])
    expect(made.candidates[0]?.credential.source).toBe('request')
  })

  it("begins with the request's keys in its order, each provider once, and ends with those that need none", async () => {
    const scene = {
      providers: { local: { needsKey: false }, a: {}, b: {} },
      keys: { a: 'test-key-a-0001', b: 'test-key-b-0001' },
      others: ['c'],
    }
    const made = await plan(scene, { keys: { c: 'test-key-c-0009', b: 'test-key-b-0009' } })
    expect(names(made)).toEqual(['c/m', 'b/m', 'local/m'])
    expect(keysOf(made)).toEqual(['test-key-c-0009', 'test-key-b-0009', undefined])
    expect(left(made)).toEqual(['a/m: no key for "a"'])
  })

  it('finds nobody where nobody is configured, and says what to do', async () => {
    const error = await failureOf(plan({ providers: {} }, {}))
    expect(error).toMatchObject({ code: 'no-key' })
    expect(error.message).toMatch(/`keys`/)
  })

  it('says so where the request has a key for a provider without a default model', async () => {
    const scene = { providers: { a: { defaultModel: null } } }
    const error = await failureOf(plan(scene, { keys: { a: 'test-key-a-0001' } }))
    expect(error).toMatchObject({ code: 'no-key' })
    expect(error.message).toMatch(/default model/)
  })
})

describe('the keys of a request', () => {
  const request = { model: ['a/x', 'b/y'], keys: { b: 'test-key-b-0009' } }

  it("keep the app's keys off", async () => {
    const made = await plan(two, request)
    expect(names(made)).toEqual(['b/y'])
    expect(keysOf(made)).toEqual(['test-key-b-0009'])
    expect(left(made)).toEqual(['a/x: no key for "a"'])
  })

  it("keep the app's own client off", async () => {
    const providers = { a: { needsKey: false, isAppsOwn: true }, b: {} }
    expect(names(await plan({ ...two, keys: {}, providers }, request))).toEqual(['b/y'])
    const alone = await failureOf(plan({ ...two, keys: {}, providers }, { ...request, model: 'a/x' }))
    expect(alone).toMatchObject({ code: 'no-key', provider: 'a' })
    expect(alone.message).toContain('(b)')
  })

  it("leave the app's own client to requests without keys, which it pays", async () => {
    const providers = { a: { needsKey: false, isAppsOwn: true } }
    const made = await plan({ providers }, { model: 'a/x' })
    expect(made.candidates[0]?.credential).toEqual({ source: 'app', keys: withoutSecret })
  })

  it('leave a provider that needs no key where it is', async () => {
    const made = await plan({ ...two, providers: { a: { needsKey: false }, b: {} } }, request)
    expect(made.candidates.map(({ credential }) => credential.source)).toEqual(['none', 'request'])
  })
})

describe('a key that cannot be looked up', () => {
  const failing = (): never => {
    throw new Error('the vault is closed')
  }

  it('leaves its models out, where there are others', async () => {
    const made = await plan({ ...two, keys: { a: failing, b: 'test-key-b-0001' } }, { model: ['a/x', 'b/y'] })
    expect(names(made)).toEqual(['b/y'])
    expect(left(made)).toEqual(['a/x: The key function for "a" failed.'])
  })

  it('is the error where nobody is left, and tells more than that there is no key', async () => {
    const error = await failureOf(plan({ ...two, keys: { b: failing } }, { model: ['a/x', 'b/y'] }))
    expect(error).toMatchObject({ code: 'no-key', provider: 'b', isRetryable: true })
    expect(error.cause).toMatchObject({ message: 'the vault is closed' })
  })

  it('is the first of several', async () => {
    const error = await failureOf(plan({ ...two, keys: { a: failing, b: failing } }, {}))
    expect(error).toMatchObject({ provider: 'a' })
  })
})

describe('a missing key', () => {
  it('names the provider and where to put the key', async () => {
    const error = await failureOf(plan({ ...two, keys: {} }, { model: 'a/x' }))
    expect(error).toMatchObject({ code: 'no-key', provider: 'a' })
    expect(error.message).toMatch(/keys\.a/)
  })

  it('names every provider where there are several', async () => {
    const error = await failureOf(plan({ ...two, keys: {} }, { model: ['a/x', 'b/y', 'a/z'] }))
    expect(error.provider).toBeUndefined()
    expect(error.message).toContain('"a", "b"')
  })
})

describe('a re-ranker', () => {
  const catalogue = ['a/x', 'b/y', 'a/z'].map((name): ModelInfo => {
    const [provider = '', model = ''] = name.split('/')
    return { provider, model, contextWindow: 100_000, quality: { general: 95 } }
  })
  const scene = { ...two, catalogue }
  const [x, y, z] = [
    { provider: 'a', model: 'x' },
    { provider: 'b', model: 'y' },
    { provider: 'a', model: 'z' },
  ] as const
  const unknown = { provider: 'b', model: 'x' }

  it('has an order to begin with', async () => {
    expect(names(await plan(scene, {}))).toEqual(['a/x', 'a/z', 'b/y'])
  })

  it.each([
    ['reorders', [y, x, z], ['b/y', 'a/x', 'a/z']],
    ['cannot drop: what it leaves out comes last, in its old order', [y], ['b/y', 'a/x', 'a/z']],
    ['cannot drop them all', [], ['a/x', 'a/z', 'b/y']],
    ['cannot have a model asked twice', [z, z, x, z], ['a/z', 'a/x', 'b/y']],
    ['cannot bring in a model of its own', [unknown, z, unknown], ['a/z', 'a/x', 'b/y']],
  ])('%s (RK12)', async (_, ranked, order) => {
    expect(names(await plan({ ...scene, reRank: () => ranked }, {}))).toEqual(order)
  })

  it('sees the candidates, the work and the tenant', async () => {
    const reRank = vi.fn<AppReRanker>((candidates) => candidates)
    await plan({ ...scene, reRank }, { tenant: 'ada', level: 'complex', taskType: 'code' })
    expect(reRank).toHaveBeenCalledWith([x, z, y], { level: 'complex', taskType: 'code', tenant: 'ada' })
  })

  it('keeps each candidate with its own key', async () => {
    const made = await plan({ ...scene, reRank: () => [y, x, z] }, {})
    expect(keysOf(made)).toEqual(['test-key-b-0001', 'test-key-a-0001', 'test-key-a-0001'])
  })

  it.each<[string, AppReRanker, RegExp]>([
    [
      'throws',
      () => {
        throw new Error('no')
      },
      /failed: the order stands/,
    ],
    ['rejects', () => Promise.reject(new Error('no')), /failed: the order stands/],
    ['gives no list', () => 'a/x' as never, /undone/], // what an app in JavaScript may do
    ['gives what is no model', () => [null, 7] as never, /undone/],
  ])('that %s leaves the order as it stood, with a warning (C9, RK12)', async (_, reRank, told) => {
    const made = await plan({ ...scene, reRank }, {})
    expect(names(made)).toEqual(['a/x', 'a/z', 'b/y'])
    expect(made.warnings).toMatchObject([{ code: 're-ranker-failed', message: expect.stringMatching(told) }])
  })

  it('is not asked where the caller has named the models', async () => {
    const reRank = vi.fn<AppReRanker>(() => [])
    expect(names(await plan({ ...scene, reRank }, { model: ['b/y', 'a/x'] }))).toEqual(['b/y', 'a/x'])
    expect(reRank).not.toHaveBeenCalled()
  })
})
