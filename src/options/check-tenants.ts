// Checks what an app says of single tenants.

import { ByokError, isByokError } from '../core/errors.js'
import { type Level, levels } from '../core/level.js'
import { type ModelReference, nameOf, parseModelReference } from '../routing/model-reference.js'
import type { TenantPolicies, TenantPolicy } from '../routing/policy.js'
import {
  booleanAt,
  type Fields,
  invalid,
  listAt,
  nameAt,
  numberAt,
  optional,
  recordAt,
  refuseUnknown,
  textAt,
} from './check.js'
import { levelAt, patternsAt, providersAt } from './check-models.js'

/** What holds for one tenant. */
export interface TenantOptions {
  /** Used where a request names none. It overrides the classifier. */
  readonly level?: Level | undefined
  readonly minLevel?: Level | undefined
  readonly maxLevel?: Level | undefined
  /** Their models go first, if they survive the filters. */
  readonly preferProviders?: readonly string[] | undefined
  /** Only these: `provider/model`, `provider/*`, or `*` for all. @default as `routing.allow` */
  readonly allow?: readonly string[] | undefined
  /** What one request may cost, over all its attempts, in US dollars. */
  readonly maxUsdPerRequest?: number | undefined
  /** `false`: no answer of this tenant's is escalated. @default as the handler */
  readonly escalate?: boolean | undefined
  /** The models that a level may use. They are ranked by what they are expected to cost. */
  readonly models?: Readonly<Partial<Record<Level, readonly string[]>>> | undefined
}

const names: { readonly [Name in keyof Required<TenantOptions>]: true } = {
  level: true,
  minLevel: true,
  maxLevel: true,
  preferProviders: true,
  allow: true,
  maxUsdPerRequest: true,
  escalate: true,
  models: true,
}

/** Policies by name are checked at once; those of a function when it has answered. Throws `config`. */
export function checkTenants(value: unknown): TenantPolicies {
  if (typeof value === 'function') {
    return async (tenant) => {
      const found: unknown = await value(tenant)
      if (found === undefined || found === null) return undefined
      return asConfig(() => checkTenant(found, 'tenants()'))
    }
  }
  const policies = new Map<string, TenantPolicy>()
  for (const [tenant, options] of Object.entries(recordAt(value, 'tenants')))
    if (options !== undefined) policies.set(tenant, checkTenant(options, `tenants.${tenant.slice(0, 100)}`))
  return (tenant) => policies.get(tenant)
}

function checkTenant(value: unknown, field: string): TenantPolicy {
  const given = recordAt(value, field)
  refuseUnknown(given, Object.keys(names), field)
  const allow = given.allow === undefined ? undefined : patternsAt(given.allow, `${field}.allow`)
  const policy: TenantPolicy = {
    ...optional(given, 'level', levelAt, field),
    ...optional(given, 'minLevel', levelAt, field),
    ...optional(given, 'maxLevel', levelAt, field),
    ...optional(given, 'preferProviders', providersAt, field),
    ...(allow === undefined ? {} : { allow }),
    ...optional(given, 'maxUsdPerRequest', (amount, at) => numberAt(amount, at, 0), field),
    ...optional(given, 'escalate', booleanAt, field),
    ...optional(given, 'models', modelsByLevel, field),
  }
  const { minLevel = 'simple', maxLevel = 'advanced' } = policy
  if (levels.indexOf(minLevel) > levels.indexOf(maxLevel))
    throw invalid(`${field}.minLevel`, 'is above maxLevel: no level would be left.')
  return policy
}

function modelsByLevel(value: unknown, field: string): Partial<Record<Level, readonly ModelReference[]>> {
  const given: Fields = recordAt(value, field)
  refuseUnknown(given, levels, field)
  const models: Partial<Record<Level, readonly ModelReference[]>> = {}
  for (const level of levels) {
    if (given[level] === undefined) continue
    const at = `${field}.${level}`
    const named = listAt(given[level], at).map((entry, index) =>
      parseModelReference(nameAt(textAt(entry, `${at}[${index}]`), `${at}[${index}]`), `${at}[${index}]`),
    )
    if (named.length === 0) throw invalid(at, 'must name at least one model.')
    models[level] = [...new Map(named.map((reference) => [nameOf(reference), reference])).values()]
  }
  return models
}

/** What an app's function answers is the app's setting, however late it comes. */
function asConfig<Result>(check: () => Result): Result {
  try {
    return check()
  } catch (error) {
    if (!isByokError(error) || error.code !== 'invalid-request') throw error
    const { message, field, cause } = error
    throw new ByokError('config', message, { cause, ...(field === undefined ? {} : { field }) })
  }
}
