// The agents that carry the limit on connecting: when they are used, how many there are, and who goes before them.

import { afterEach, describe, expect, it, vi } from 'vitest'
import { BYOKHandler } from '../../src/handler.js'
import { ConnectAgents, fetchBy } from '../../src/net/connect-agents.js'
import { reply } from '../../src/testing/reply.js'
import type { Upstream } from '../../src/testing/upstream.js'
import { upstreamWith } from '../pipeline/stage.js'

interface Agent {
  dispatch(...given: unknown[]): unknown
}

type AgentClass = new (options?: object) => Agent

/** Where the fetch of this Node keeps the agent that it connects by. */
const place = Symbol.for(
  `undici.globalDispatcher.${Number.parseInt(process.versions.undici ?? '', 10) < 8 ? 1 : 2}`,
)

new Headers() // what fetch is made of is loaded with its first use
const nodes: Agent = Reflect.get(globalThis, place)
const NodesAgent = nodes.constructor as AgentClass // Node gives it no other name

afterEach(() => {
  Reflect.set(globalThis, place, nodes)
})

function handlerFor(upstream: Upstream, fetch?: typeof globalThis.fetch): BYOKHandler {
  const providers = { one: { baseURL: `${upstream.url}/v1`, keys: 'none' as const } }
  return new BYOKHandler({ providers, fetch })
}

async function ask(handler: BYOKHandler): Promise<string | null> {
  const { text } = await handler.generateResponse({ model: 'one/m', prompt: 'x' })
  await handler.close()
  return text
}

describe('the agents of a handler', () => {
  it('are one for each limit, of the class that fetch itself uses', async () => {
    const agents = new ConnectAgents()
    const one = agents.agentFor(1_000)
    expect(one).toBeInstanceOf(NodesAgent)
    expect(agents.agentFor(1_000)).toBe(one)
    expect(agents.agentFor(2_000)).not.toBe(one)
    expect(agents.agentFor(1_000)).toBe(one)
    await agents.close()
    expect(agents.agentFor(1_000)).toBeUndefined()
  })

  it('are eight at most: the one that was not used for longest goes', () => {
    const agents = new ConnectAgents()
    const made = Array.from({ length: 8 }, (_, at) => agents.agentFor(at + 1))
    expect(agents.agentFor(1)).toBe(made[0])
    agents.agentFor(9)
    expect(agents.agentFor(1)).toBe(made[0])
    expect(agents.agentFor(2)).not.toBe(made[1])
  })

  it('take any limit that the door lets in', async () => {
    const upstream = await upstreamWith([reply.chat({ text: 'Hello.' })])
    for (const connectMs of [1, 1.5, Number.MAX_SAFE_INTEGER]) {
      const handler = handlerFor(upstream)
      const request = { model: 'one/m', prompt: 'x', timeout: { connectMs } }
      expect((await handler.generateResponse(request)).text).toBe('Hello.')
      await handler.close()
    }
  })
})

describe('an agent of the app', () => {
  class ProxyAgent extends NodesAgent {}
  const composed = (): Agent =>
    new Proxy(nodes, {
      get: (target, name) => (name === 'dispatch' ? () => true : Reflect.get(target, name)),
    })

  it.each([
    ['of another class', () => new ProxyAgent()],
    ['with settings of its own', () => new NodesAgent({ connect: { timeout: 60_000 } })],
    ['with another factory', () => new NodesAgent({ factory: () => nodes })],
    ['with interceptors', composed],
    ['that is anything else', () => ({ dispatch: () => true })],
    ['without a class', () => Object.create(null)],
  ])('%s stays in charge', (_, make) => {
    const agents = new ConnectAgents()
    expect(agents.agentFor(1_000)).toBeDefined()
    Reflect.set(globalThis, place, make())
    expect(agents.agentFor(1_000)).toBeUndefined()
    Reflect.set(globalThis, place, nodes)
    expect(agents.agentFor(1_000)).toBeDefined()
  })

  it('gets the requests, also when it is set behind the first one', async () => {
    const upstream = await upstreamWith([reply.chat({ text: 'Hello.' })])
    const handler = handlerFor(upstream)
    await handler.generateResponse({ model: 'one/m', prompt: 'x' })
    const mock = new ProxyAgent()
    const dispatch = vi.spyOn(mock, 'dispatch')
    Reflect.set(globalThis, place, mock)
    expect(await ask(handler)).toBe('Hello.')
    expect(dispatch).toHaveBeenCalledOnce()
  })
})

describe('a fetch of the app', () => {
  it('that is given to the handler is told nothing', async () => {
    const upstream = await upstreamWith([reply.chat({ text: 'Hello.' })])
    const seen: unknown[] = []
    const own: typeof globalThis.fetch = (input, init) => {
      seen.push(init === undefined ? undefined : Reflect.get(init, 'dispatcher'))
      return fetch(input, init)
    }
    expect(await ask(handlerFor(upstream, own))).toBe('Hello.')
    expect(seen).toEqual([undefined])
  })

  it('that took the place of the global one is used, with an agent that it may hand on', async () => {
    const upstream = await upstreamWith([reply.chat({ text: 'Hello.' })])
    const patched = vi.fn(globalThis.fetch)
    vi.stubGlobal('fetch', patched)
    expect(await ask(handlerFor(upstream))).toBe('Hello.')
    expect(patched.mock.calls[0]?.[1]).toMatchObject({ dispatcher: expect.any(NodesAgent) })
  })

  it('that refuses the agent, being of another version, connects in its own way', async () => {
    const refusal = Object.assign(new Error('invalid onError method'), { code: 'UND_ERR_INVALID_ARG' })
    const other = vi.fn<typeof globalThis.fetch>(async (_, init) => {
      if (init !== undefined && 'dispatcher' in init) throw new TypeError('fetch failed', { cause: refusal })
      return new Response('Hello.')
    })
    const response = await fetchBy(new ConnectAgents().agentFor(1_000), other, 'http://127.0.0.1/', {})
    expect(await response.text()).toBe('Hello.')
    expect(other).toHaveBeenCalledTimes(2)
  })
})
