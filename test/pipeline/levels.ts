// A handler with one provider for each level, each a real upstream, and a tenant's lists of who stands where.

import type { EscalationCoolDown } from '../../src/core/escalation.js'
import type { HandlerEvents } from '../../src/core/handler-events.js'
import { levels as allLevels, type Level } from '../../src/core/level.js'
import type { CompletionResponse } from '../../src/core/response.js'
import { BYOKHandler } from '../../src/handler.js'
import type { CompletionRequest } from '../../src/options/completion-request.js'
import type { HandlerOptions } from '../../src/options/handler-options.js'
import type { Upstream, UpstreamScript } from '../../src/testing/upstream.js'
import { type Told, upstreamWith, watch } from './stage.js'

/** What the levels are asked, and what they may do. */
export interface LevelsOptions extends Omit<HandlerOptions, 'models'> {
  readonly aliases?: HandlerOptions['models']
  /** Who stands on which level. @default the provider of the level's name, with the model `m`; else nobody with a key */
  readonly models?: Readonly<Partial<Record<Level, readonly string[]>>>
  /** The highest level of every tenant. */
  readonly top?: Level
  /** Tenants that may not have answers escalated. */
  readonly without?: readonly string[]
}

/** The levels, and what was told while they were asked. */
export interface Levels {
  readonly handler: BYOKHandler
  readonly told: Told
  readonly upstreams: Readonly<Record<string, Upstream>>
  readonly escalations: HandlerEvents['escalation'][]
  readonly events: string[]
  /** Asks on the level `simple`, for the tenant `acme`, unless the request says otherwise. */
  ask(request?: CompletionRequest): Promise<CompletionResponse>
  coolDowns(): Promise<EscalationCoolDown[]>
}

/** A provider that everybody knows, and that there is no key for. */
const nobody = 'anthropic/claude-nobody'

/** Starts an upstream for each level (or other name) that has a script. */
export async function levelsOf(
  scripts: Readonly<Record<string, UpstreamScript>>,
  { models = {}, aliases, top, without = [], ...options }: LevelsOptions = {},
): Promise<Levels> {
  const names = Object.keys(scripts)
  const upstreams: Record<string, Upstream> = {}
  for (const name of names) upstreams[name] = await upstreamWith(scripts[name] ?? [])
  const standing = (level: Level): readonly string[] => [level in scripts ? `${level}/m` : nobody]
  const listed = Object.fromEntries(allLevels.map((level) => [level, models[level] ?? standing(level)]))
  const handler = new BYOKHandler({
    retry: { maxRetries: 0 },
    prices: Object.fromEntries(
      names.map((name, place) => [
        `${name}/*`,
        { inputPerMillion: 10 ** place, outputPerMillion: 2 * 10 ** place },
      ]),
    ),
    catalogue: names.map((provider) => ({
      provider,
      model: 'm',
      contextWindow: 128_000,
      abilities: { tools: true },
      quality: { general: 96 },
    })),
    ...options,
    models: aliases,
    routing: { escalate: true, ...options.routing },
    tenants: (tenant) => ({
      level: 'simple',
      models: listed,
      escalate: !without.includes(tenant),
      ...(top === undefined ? {} : { maxLevel: top }),
    }),
    keys: Object.fromEntries(names.map((name) => [name, `test-key-${name}-0001`])),
    providers: Object.fromEntries(
      names.map((name) => [
        name,
        { dialect: 'openai-chat' as const, baseURL: `${upstreams[name]?.url}/v1`, defaultModel: 'm' }, // one of the three
      ]),
    ),
  })
  const { told } = watch(handler)
  const escalations: HandlerEvents['escalation'][] = []
  const events: string[] = []
  handler.on('escalation', (event) => escalations.push(event))
  handler.on('escalation', ({ to }) => events.push(`escalation to ${to}`))
  handler.on('attempt', ({ provider }) => events.push(`attempt ${provider}`))
  handler.on('request', () => events.push('request'))
  handler.on('request-end', () => events.push('request-end'))
  handler.on('error', ({ error }) => events.push(`error ${error.code}`))
  return {
    handler,
    told,
    upstreams,
    escalations,
    events,
    ask: (request = {}) => handler.generateResponse({ prompt: 'Why?', tenant: 'acme', ...request }),
    coolDowns: () => handler.escalations(),
  }
}
