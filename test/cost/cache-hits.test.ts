// The hits that settled attempts have had in their providers' caches: counted, forgotten, and noted by a handler.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { assemble } from '../../src/assemble.js'
import type { Message } from '../../src/core/message.js'
import { CacheHits, type CacheSubject } from '../../src/cost/cache-hits.js'
import { prefixName } from '../../src/cost/prompt-prefix.js'
import { SafeEmitter } from '../../src/events/emitter.js'
import { checkHandlerOptions } from '../../src/options/handler-options.js'
import { prepareRequest } from '../../src/options/prepare.js'
import { RequestContext } from '../../src/pipeline/context.js'
import { run } from '../../src/pipeline/run.js'
import { reply } from '../../src/testing/reply.js'
import { upstreamWith } from '../pipeline/stage.js'

const say = (role: 'system' | 'user' | 'assistant', content: string): Message => ({ role, content })
const hit = { input: 1, cacheRead: 2_000 }
const miss = { input: 2_001, cacheRead: 0 }

function subject(more: Partial<CacheSubject> = {}, ...messages: Message[]): CacheSubject {
  const chat = { messages: [say('system', 'You are a fox.'), ...messages, say('user', 'Hello.')] }
  return { tenant: 'acme', provider: 'openai', model: 'gpt-4o', chat, ...more }
}

describe('CO9: the chance of a hit', () => {
  it('CO9: is unknown at first, then the share of hits among the calls before', () => {
    const hits = new CacheHits()
    expect(hits.chance(subject())).toBeUndefined()
    hits.note(subject(), hit)
    expect(hits.chance(subject())).toBe(1)
    hits.note(subject(), miss)
    hits.note(subject(), miss)
    hits.note(subject(), miss)
    expect(hits.chance(subject())).toBe(0.25)
  })

  it('CO9: counts the last 100 calls of a prompt', () => {
    const hits = new CacheHits()
    for (let call = 0; call < 100; call += 1) hits.note(subject(), hit)
    for (let call = 0; call < 30; call += 1) hits.note(subject(), miss)
    expect(hits.chance(subject())).toBe(0.7)
    for (let call = 0; call < 70; call += 1) hits.note(subject(), miss)
    expect(hits.chance(subject())).toBe(0)
  })

  it('CO9: is what a list of the last calls says, whatever came', () => {
    fc.assert(
      fc.property(
        fc.array(fc.boolean(), { minLength: 1 }),
        fc.integer({ min: 1, max: 9 }),
        (calls, samples) => {
          const hits = new CacheHits({ samples })
          for (const isHit of calls) hits.note(subject(), isHit ? hit : miss)
          const last = calls.slice(-samples)
          expect(hits.chance(subject())).toBe(last.filter(Boolean).length / last.length)
        },
      ),
    )
  })

  it('CO9: no tenant, model or prompt learns from another', () => {
    const hits = new CacheHits()
    hits.note(subject(), hit)
    for (const other of [
      subject({ tenant: 'other' }),
      subject({ tenant: undefined }),
      subject({ model: 'gpt-4o-mini' }),
      subject({ provider: 'azure' }),
      subject({ chat: { messages: [say('system', 'You are a bear.'), say('user', 'Hello.')] } }),
      subject({ chat: { messages: [say('user', 'Hello.')] } }),
    ])
      expect(hits.chance(other)).toBeUndefined()
    hits.note(subject({ tenant: 'a', provider: 'b","c' }), hit)
    expect(hits.chance(subject({ tenant: 'a","b', provider: 'c' }))).toBeUndefined()
  })

  it('CO9: notes only what a provider has said, and only of first turns', () => {
    const hits = new CacheHits()
    hits.note(subject(), undefined)
    hits.note(subject(), { input: 100, output: 5 })
    hits.note(subject({}, say('user', 'Hi.'), say('assistant', 'Hi!')), hit)
    expect(hits.chance(subject())).toBeUndefined()
  })

  it('CO9: 10,000 prompts are remembered; the one that nobody has used for longest is forgotten', () => {
    const hits = new CacheHits()
    const nth = (number: number) => subject({ tenant: `t${number}` })
    for (let number = 0; number < 10_000; number += 1) hits.note(nth(number), hit)
    expect(hits.chance(nth(0))).toBe(1)
    hits.note(nth(10_000), hit)
    expect(hits.chance(nth(0))).toBe(1)
    expect(hits.chance(nth(1))).toBeUndefined()
    expect(hits.chance(nth(2))).toBe(1)
    hits.note(nth(3), miss)
    hits.note(nth(10_001), hit)
    hits.note(nth(10_002), hit)
    expect(hits.chance(nth(3))).toBe(0.5)
    expect(hits.chance(nth(4))).toBeUndefined()
    expect(hits.chance(nth(5))).toBeUndefined()
  })
})

describe('CO9: the name of a prompt', () => {
  const nameOf = (...messages: Message[]) => prefixName({ messages })
  const tool = (name: string, more: object = {}) => ({
    type: 'function' as const,
    function: { name },
    ...more,
  })

  it('CO9: is the same for all that share the tools and the system texts, in every turn', () => {
    const system = say('system', 'You are a fox.')
    const name = nameOf(system, say('user', 'Hello.'))
    expect(nameOf(system, say('user', 'Who are you?'))).toBe(name)
    expect(nameOf(system, say('user', 'Hello.'), say('assistant', 'Hi.'), say('user', 'x'))).toBe(name)
    expect(nameOf(system, system, say('user', 'Hello.'))).not.toBe(name)
    const messages = [system, say('user', 'Hello.')]
    expect(prefixName({ messages, tools: [tool('a')] })).not.toBe(name)
    expect(prefixName({ messages, tools: [tool('a')] })).not.toBe(
      prefixName({ messages, tools: [tool('b')] }),
    )
    expect(prefixName({ messages, tools: [tool('a', { execute: () => 1 })] })).toBe(
      prefixName({ messages, tools: [tool('a')] }),
    )
  })

  it('CO9: is that of the first 1,024 characters where there are neither', () => {
    const template = 'word '.repeat(300)
    expect(nameOf(say('user', `${template}one`))).toBe(nameOf(say('user', `${template}two`)))
    expect(nameOf(say('user', `one ${template}`))).not.toBe(nameOf(say('user', `two ${template}`)))
  })

  it('CO9: shows nothing of a text, is short, and differs where the text does', () => {
    const text = fc.string({ unit: 'binary', maxLength: 300 })
    fc.assert(
      fc.property(text, text, (one, other) => {
        const name = nameOf(say('system', one))
        expect(name).toMatch(/^[0-9a-z]{1,7}\.[0-9a-z]{1,7}$/)
        expect(name === nameOf(say('system', other))).toBe(one === other)
      }),
    )
  })
})

describe('CO9: what a handler notes', () => {
  it('CO9: each settled call that tells of the cache is a sample for its tenant', async () => {
    const cacheReads = [1_500, 0, undefined, 1_500, 0]
    const upstream = await upstreamWith((_, index) => {
      const cacheRead = cacheReads[index]
      return reply.chat({ usage: cacheRead === undefined ? null : { input: 2_000, output: 5, cacheRead } })
    })
    const settings = checkHandlerOptions({
      keys: { openai: 'test-key-openai-0001' },
      providers: { openai: { baseURL: `${upstream.url}/v1` } },
    })
    const { parts, budget, connectAgents } = assemble(settings, new SafeEmitter(() => undefined))
    const messages = subject().chat.messages
    const ask = async (tenant: string): Promise<void> => {
      const request = { model: 'openai/gpt-4o', messages: [...messages], tenant }
      const prepared = prepareRequest(request, 'generateResponse', settings, parts.newId('req'))
      await run(new RequestContext(prepared, parts, 'done', { queue: undefined, onStop: () => undefined }))
    }
    for (const _ of [1, 2, 3]) await ask('acme')
    expect(budget.cacheHits.chance(subject())).toBe(0.5)
    for (const _ of [4, 5]) await ask('other')
    expect(budget.cacheHits.chance(subject())).toBe(0.5)
    expect(budget.cacheHits.chance(subject({ tenant: 'other' }))).toBe(0.5)
    expect(budget.cacheHits.chance(subject({ tenant: 'third' }))).toBeUndefined()
    await connectAgents.close()
  })
})
