// A handler's parts with one provider for each level, each a real upstream, and a plan that goes by the level alone.

import { afterEach } from 'vitest'
import { type Assembly, assemble } from '../../src/assemble.js'
import { ByokError } from '../../src/core/errors.js'
import type { HandlerEvents } from '../../src/core/handler-events.js'
import type { Level } from '../../src/core/level.js'
import type { CompletionResponse } from '../../src/core/response.js'
import { SafeEmitter } from '../../src/events/emitter.js'
import type { CompletionRequest } from '../../src/options/completion-request.js'
import { checkHandlerOptions, type HandlerOptions } from '../../src/options/handler-options.js'
import { prepareRequest } from '../../src/options/prepare.js'
import { RequestContext } from '../../src/pipeline/context.js'
import { escalate, type Planner } from '../../src/pipeline/escalate.js'
import { makePlan } from '../../src/pipeline/plan.js'
import { parseModelReference } from '../../src/routing/model-reference.js'
import type { Upstream, UpstreamScript } from '../../src/testing/upstream.js'
import { upstreamWith } from './stage.js'

const open: Assembly[] = []

afterEach(async () => {
  for (const { budget, connectAgents } of open.splice(0)) {
    await budget.close()
    await connectAgents.close()
  }
})

/** What the levels are asked, and what they may do. */
export interface LevelsOptions extends Omit<HandlerOptions, 'models'> {
  readonly aliases?: HandlerOptions['models']
  /** Who stands on which level. @default the provider of the level's name, with the model `m` */
  readonly models?: Readonly<Partial<Record<Level, readonly string[]>>>
  /** The highest level of tenants. */
  readonly top?: Level
  /** Tenants that may not have answers escalated. */
  readonly without?: readonly string[]
}

type Method = 'generateResponse' | 'streamCompletion'

/** The levels, and what was told while they were asked. */
export interface Levels {
  readonly assembly: Assembly
  readonly upstreams: Readonly<Record<string, Upstream>>
  readonly escalations: HandlerEvents['escalation'][]
  readonly events: string[]
  /** The attempts that are over. */
  readonly ended: HandlerEvents['attempt-end'][]
  contextOf(request?: CompletionRequest, method?: Method): RequestContext
  ask(request?: CompletionRequest, method?: Method): Promise<CompletionResponse>
}

/** Starts an upstream for each level (or other name) that has a script. */
export async function levelsOf(
  scripts: Readonly<Record<string, UpstreamScript>>,
  { models = {}, aliases, top, without = [], ...options }: LevelsOptions = {},
): Promise<Levels> {
  const upstreams: Record<string, Upstream> = {}
  for (const [name, script] of Object.entries(scripts)) upstreams[name] = await upstreamWith(script)
  const settings = checkHandlerOptions({
    retry: { maxRetries: 0 },
    prices: Object.fromEntries(
      Object.keys(scripts).map((name, place) => [
        `${name}/*`,
        { inputPerMillion: 10 ** place, outputPerMillion: 2 * 10 ** place },
      ]),
    ),
    ...options,
    models: aliases,
    routing: { escalate: true, ...options.routing },
    keys: Object.fromEntries(Object.keys(scripts).map((name) => [name, `test-key-${name}-0001`])),
    providers: Object.fromEntries(
      Object.entries(upstreams).map(([name, { url }]) => [
        name,
        { dialect: 'openai-chat' as const, baseURL: `${url}/v1`, defaultModel: 'm' }, // one of the three
      ]),
    ),
  })
  const emitter = new SafeEmitter(() => undefined)
  const assembly = assemble(settings, emitter)
  open.push(assembly)
  const escalations: HandlerEvents['escalation'][] = []
  const events: string[] = []
  emitter.on('escalation', (event) => escalations.push(event))
  emitter.on('escalation', ({ to }) => events.push(`escalation to ${to}`))
  emitter.on('attempt', ({ provider }) => events.push(`attempt ${provider}`))
  const ended: HandlerEvents['attempt-end'][] = []
  emitter.on('attempt-end', (event) => ended.push(event))
  emitter.on('request', () => events.push('request'))
  emitter.on('request-end', () => events.push('request-end'))
  emitter.on('error', ({ error }) => events.push(`error ${error.code}`))

  const planner: Planner = async (request, parts) => {
    const asked = request.work.level ?? 'simple'
    const level = top !== undefined && asked !== 'simple' ? top : asked
    const names = models[level] ?? (level in scripts ? [`${level}/m`] : [])
    if (names.length === 0) throw new ByokError('no-key', `Nobody stands on the level ${level}.`)
    const named = names.map((name) => parseModelReference(name, 'model'))
    const plan = await makePlan(request.models === 'auto' ? { ...request, models: named } : request, parts)
    const isOff = request.labels.tenant !== undefined && without.includes(request.labels.tenant)
    return { ...plan, escalates: !isOff, route: { ...plan.route, level, taskType: 'chat' } }
  }

  let requests = 0
  const contextOf: Levels['contextOf'] = (request = {}, method = 'generateResponse') => {
    requests += 1
    const prepared = prepareRequest({ prompt: 'Why?', ...request }, method, settings, `req_${requests}`)
    const commit = method === 'generateResponse' && prepared.callbacks.length === 0 ? 'done' : 'first-output'
    return new RequestContext(prepared, assembly.parts, commit)
  }
  const ask: Levels['ask'] = (request, method) => escalate(contextOf(request, method), planner)
  return { assembly, upstreams, escalations, events, ended, contextOf, ask }
}
