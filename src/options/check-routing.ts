// Checks how an app wants its requests routed.

import type { AppClassifier } from '../core/classification.js'
import { type Level, levels } from '../core/level.js'
import {
  type AppReRanker,
  type MinuteLimits,
  type ModelPattern,
  type Preference,
  type RoutingPolicy,
  type TenantPolicies,
  usualQualityFloors,
  usualWindows,
} from '../routing/policy.js'
import {
  booleanAt,
  type Fields,
  functionAt,
  invalid,
  nameAt,
  numberAt,
  optional,
  recordAt,
  refuseUnknown,
  wholeNumberAt,
  wordAt,
} from './check.js'
import { checkEscalation, type EscalationOptions } from './check-escalation.js'
import { patternsAt, providersAt } from './check-models.js'
import { checkTenants, type TenantOptions } from './check-tenants.js'

/** How `auto` chooses. */
export interface RoutingOptions {
  /** What a request asks that names no model: `auto`, `provider/model` or an alias. @default 'auto' */
  readonly default?: string | undefined
  /** What the choice leans towards. @default 'balanced' */
  readonly prefer?: Preference | undefined
  /**
   * Below which share of the pool's median cost cheaper is no better, from 0 to 1: the smaller it is, the more a low price
   * counts beside quality. @default 0.5
   */
  readonly costFloor?: number | undefined
  /** Their models go first, if they survive the filters. */
  readonly preferProviders?: readonly string[] | undefined
  /**
   * The share of requests that may count as `complex` or `advanced`, from 0 to 1; `fromTraffic` moves the cuts with what
   * this handler has been asked. @default the classifier's own cuts
   */
  readonly strongShare?:
    | number
    | { readonly share: number; readonly fromTraffic?: boolean | undefined }
    | undefined
  /** No model below this quality is chosen, whatever the level. From 0 to 100. @default 0 */
  readonly minQuality?: number | undefined
  /** Only these: `provider/model`, `provider/*`, or `*` for all. @default all */
  readonly allow?: readonly string[] | undefined
  /** None of these. */
  readonly deny?: readonly string[] | undefined
  /** The model that last answered a session goes first. `false` switches it off. @default 'session' */
  readonly sticky?: 'session' | false | undefined
  /** The least quality by level, from 0 to 100. @default 0, 80, 88, 94 */
  readonly qualityFloors?: Readonly<Partial<Record<Level, number>>> | undefined
  /** The least window by level, in tokens. @default 4,000, 8,000, 16,000, 32,000 */
  readonly windows?: Readonly<Partial<Record<Level, number>>> | undefined
  /** From which confidence on a guessed kind of work moves the level. @default 0.5 */
  readonly taskTypeConfidence?: number | undefined
  /** What a `provider` or `provider/model` lets through in a minute. Its own answers say it too, where they do. */
  readonly minuteLimits?: Readonly<Record<string, MinuteLimits>> | undefined
  /** How often the beginning of a first prompt is in a cache, from 0 to 1. @default counted, 0.5 before that */
  readonly cacheHitChance?: number | undefined
  /** Reorders what was ranked. */
  readonly reRank?: AppReRanker | undefined
  /**
   * After an answer of `auto` in `generateResponse` that is no good, a model of the next level answers again, at most
   * twice a request. `true`: with every default. @default false
   */
  readonly escalate?: boolean | EscalationOptions | undefined
  /**
   * Successes, failures, escalations and durations of earlier requests move models up and down, within bounds. They are
   * kept in the store. @default false
   */
  readonly learn?: boolean | undefined
}

/** The options that say who answers. */
export interface ChoiceOptions {
  readonly routing?: RoutingOptions | undefined
  /** Says how hard a request is, instead of the built-in classifier. */
  readonly classifier?: AppClassifier | undefined
  /** What holds for single tenants: by name, or from a function. */
  readonly tenants?: Readonly<Record<string, TenantOptions>> | TenantPolicySource | undefined
}

/** Finds what holds for a tenant. */
export type TenantPolicySource = (
  tenant: string,
) => TenantOptions | undefined | Promise<TenantOptions | undefined>

/** The same, checked, with every default decided. */
export interface ChoiceSettings {
  /** What a request asks that names no model. */
  readonly defaultModel: string
  readonly routing: RoutingPolicy
  readonly classifier: AppClassifier | undefined
  readonly tenants: TenantPolicies | undefined
}

export const choiceOptionNames: { readonly [Name in keyof Required<ChoiceOptions>]: true } = {
  routing: true,
  classifier: true,
  tenants: true,
}

const routingNames: { readonly [Name in keyof Required<RoutingOptions>]: true } = {
  default: true,
  prefer: true,
  costFloor: true,
  preferProviders: true,
  strongShare: true,
  minQuality: true,
  allow: true,
  deny: true,
  sticky: true,
  qualityFloors: true,
  windows: true,
  taskTypeConfidence: true,
  minuteLimits: true,
  cacheHitChance: true,
  reRank: true,
  escalate: true,
  learn: true,
}

/** Reads the three options. Throws `invalid-request`, naming the field. */
export function checkChoice({ routing, classifier, tenants }: Fields): ChoiceSettings {
  const given = recordAt(routing ?? {}, 'routing')
  refuseUnknown(given, Object.keys(routingNames), 'routing')
  const share = strongShare(given.strongShare)
  return {
    defaultModel: nameAt(given.default ?? 'auto', 'routing.default'),
    routing: {
      prefer: wordAt(given.prefer ?? 'balanced', 'routing.prefer', ['balanced', 'cost', 'quality']),
      costFloor: numberAt(given.costFloor ?? 0.5, 'routing.costFloor', 0, 1),
      preferProviders: providersAt(given.preferProviders ?? [], 'routing.preferProviders'),
      strongShare: share?.share,
      isShareFromTraffic: share?.fromTraffic ?? false,
      minQuality: numberAt(given.minQuality ?? 0, 'routing.minQuality', 0, 100),
      allow: given.allow === undefined ? undefined : patternsAt(given.allow, 'routing.allow'),
      deny: deniedAt(given.deny ?? []),
      isSticky: given.sticky === undefined || (given.sticky !== false && isSession(given.sticky)),
      qualityFloors: byLevel(given.qualityFloors, 'routing.qualityFloors', usualQualityFloors, qualityAt),
      windows: byLevel(given.windows, 'routing.windows', usualWindows, (value, field) =>
        wholeNumberAt(value, field, 0),
      ),
      taskTypeConfidence: numberAt(given.taskTypeConfidence ?? 0.5, 'routing.taskTypeConfidence', 0, 1),
      minuteLimits: minuteLimits(given.minuteLimits),
      cacheHitChance: optional(
        given,
        'cacheHitChance',
        (value, field) => numberAt(value, field, 0, 1),
        'routing',
      ).cacheHitChance,
      reRank:
        given.reRank === undefined ? undefined : (functionAt(given.reRank, 'routing.reRank') as AppReRanker), // its result is checked
      escalation: checkEscalation(given.escalate, 'routing.escalate'),
      isLearning: booleanAt(given.learn ?? false, 'routing.learn'),
    },
    classifier:
      classifier === undefined ? undefined : (functionAt(classifier, 'classifier') as AppClassifier), // its result is checked
    tenants: tenants === undefined ? undefined : checkTenants(tenants),
  }
}

/** To deny everything is a slip of the pen. */
function deniedAt(value: unknown): readonly ModelPattern[] {
  const denied = patternsAt(value, 'routing.deny')
  if (denied === undefined) throw invalid('routing.deny', 'must leave some model: it has "*".')
  return denied
}

function qualityAt(value: unknown, field: string): number {
  return numberAt(value, field, 0, 100)
}

function isSession(value: unknown): boolean {
  if (value !== 'session') throw invalid('routing.sticky', 'must be "session" or false.')
  return true
}

function strongShare(value: unknown): { share: number; fromTraffic: boolean } | undefined {
  if (value === undefined) return undefined
  const field = 'routing.strongShare'
  if (typeof value === 'number') return { share: numberAt(value, field, 0, 1), fromTraffic: false }
  const given = recordAt(value, field)
  refuseUnknown(given, ['share', 'fromTraffic'], field)
  return {
    share: numberAt(given.share, `${field}.share`, 0, 1),
    fromTraffic: booleanAt(given.fromTraffic ?? false, `${field}.fromTraffic`),
  }
}

function byLevel(
  value: unknown,
  field: string,
  usual: Readonly<Record<Level, number>>,
  check: (value: unknown, field: string) => number,
): Readonly<Record<Level, number>> {
  const given = recordAt(value ?? {}, field)
  refuseUnknown(given, levels, field)
  const decided = { ...usual }
  for (const level of levels)
    if (given[level] !== undefined) decided[level] = check(given[level], `${field}.${level}`)
  return decided
}

function minuteLimits(value: unknown): ReadonlyMap<string, MinuteLimits> {
  const limits = new Map<string, MinuteLimits>()
  for (const [name, entry] of Object.entries(recordAt(value ?? {}, 'routing.minuteLimits'))) {
    const field = `routing.minuteLimits.${name.slice(0, 200)}`
    const given = recordAt(entry, field)
    refuseUnknown(given, ['requestsPerMinute', 'tokensPerMinute'], field)
    const count = (value: unknown, at: string): number => wholeNumberAt(value, at, 1)
    limits.set(name, {
      ...optional(given, 'requestsPerMinute', count, field),
      ...optional(given, 'tokensPerMinute', count, field),
    })
  }
  return limits
}
