// Checks budgets and rate limits, and questions about them.

import { fromUsd, maxMoney, toUsd } from '../core/money.js'
import {
  type BudgetLimit,
  type LimitTarget,
  type OnExceed,
  type RateLimit,
  reactions,
  type Subject,
} from '../cost/budget-limit.js'
import { type Period, periods, timeZoneNamed } from '../cost/calendar.js'
import { type BudgetScope, budgetScopes, measures } from '../cost/counter.js'
import {
  type Fields,
  invalid,
  kindOf,
  listAt,
  nameAt,
  numberAt,
  recordAt,
  refuseUnknown,
  textAt,
  wholeNumberAt,
  wordAt,
} from './check.js'

/** Whom a limit is about. */
interface TargetOptions {
  /**
   * Whose spending: `tenant` gives every tenant a budget of its own, `app` all of them one together. Users, agents and
   * runs are those of one tenant.
   */
  readonly scope: BudgetScope
  /** Only this one of the scope: a tenant's name, `provider/model`, a key's fingerprint … It goes before the general one. */
  readonly of?: string | undefined
  /** Only within this tenant. */
  readonly tenant?: string | undefined
}

/** A budget. One of `usd`, `tokens` and `calls` says what it counts. */
export interface BudgetOption extends TargetOptions {
  /** US dollars. 0: nothing that costs anything. */
  readonly usd?: number | undefined
  /** Prompt and answer together. */
  readonly tokens?: number | undefined
  /** Requests to a provider: each attempt is one. */
  readonly calls?: number | undefined
  /** The calendar window after which it begins again; `total` never does. */
  readonly per: Period
  /** Whose calendar. @default 'UTC' */
  readonly timeZone?: string | undefined
  /**
   * `block`: calls that might not fit are refused; what runs goes on. `stop`: besides, what runs ends once all is spent.
   * `alert`: nothing is refused. `approve`: refused unless `approve` says yes. @default 'block'
   */
  readonly onExceed?: OnExceed | undefined
  /** Shares of it at which `budget-alert` is told, once a window. @default [0.5, 0.8, 0.9, 1] */
  readonly alertAt?: readonly number[] | undefined
}

/** Which budget is meant, where one is removed: all that tells it from others. */
export interface BudgetName extends TargetOptions {
  /** @default all of them */
  readonly measure?: 'usd' | 'tokens' | 'calls' | undefined
  readonly per: Period
  /** @default 'UTC' */
  readonly timeZone?: string | undefined
}

/** A limit on how much may begin in any stretch of time. */
export interface RateLimitOption extends TargetOptions {
  readonly requests?: number | undefined
  /** Prompt and answer together; estimated when a call begins, corrected when it ends. */
  readonly tokens?: number | undefined
  /** @default 60_000 */
  readonly windowMs?: number | undefined
}

const usualAlerts = [0.5, 0.8, 0.9, 1]
const minuteMs = 60_000

/** One budget, checked, also where it is set at run time. */
export function checkBudget(value: unknown, field: string): BudgetLimit {
  const budget = recordAt(value, field)
  const names = ['usd', 'tokens', 'calls', 'onExceed', 'alertAt'] as const
  refuseUnknown(budget, [...targetNames, ...windowNames, ...names], field)
  const { measure, amount } = amountOf(budget, field)
  const alerts = listAt(budget.alertAt ?? usualAlerts, `${field}.alertAt`).map((share, at) =>
    numberAt(share, `${field}.alertAt[${at}]`, Number.MIN_VALUE, 1),
  )
  return {
    ...checkWindow(budget, field),
    measure,
    amount,
    onExceed: wordAt(budget.onExceed ?? 'block', `${field}.onExceed`, reactions),
    alertAt: [...new Set(alerts)].sort((one, other) => one - other),
  }
}

/** What a handler has that budgets may need. */
export interface LimitNeeds {
  readonly approve: unknown
  readonly store: unknown
  readonly fingerprintSecret: unknown
}

/** Refuses limits that this handler cannot keep. */
export function refuseUnkept(
  limits: readonly (LimitTarget & { readonly onExceed?: OnExceed })[],
  { approve, store, fingerprintSecret }: LimitNeeds,
): void {
  if (approve === undefined && limits.some(({ onExceed }) => onExceed === 'approve'))
    throw invalid('approve', "is missing: a budget with `onExceed: 'approve'` asks it.")
  // Without the secret, every process has names of its own for keys, and each would count by itself.
  if (fingerprintSecret === undefined && store !== undefined && limits.some(({ scope }) => scope === 'key'))
    throw invalid('fingerprintSecret', 'is missing: limits on keys in a `store` are counted by fingerprints.')
}

/** The name of a budget, checked: of one for each measure, where none is said. */
export function checkBudgetName(value: unknown, field: string): Omit<BudgetLimit, 'amount'>[] {
  const budget = recordAt(value, field)
  refuseUnknown(budget, [...targetNames, ...windowNames, 'measure'], field)
  const named = { ...checkWindow(budget, field), onExceed: 'block', alertAt: [] } as const
  const meant =
    budget.measure === undefined ? measures : [wordAt(budget.measure, `${field}.measure`, measures)]
  return meant.map((measure) => ({ ...named, measure }))
}

/** What a single request may cost: dollars, or `{ usd }`. */
export function checkCeiling(value: unknown, field: string): number {
  if (typeof value === 'number') return moneyAt(value, field)
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalid(field, `must be dollars as a number, or { usd }, and is ${kindOf(value)}.`)
  const ceiling = recordAt(value, field)
  refuseUnknown(ceiling, ['usd'], field)
  return moneyAt(ceiling.usd, `${field}.usd`)
}

const targetNames = ['scope', 'of', 'tenant']
const windowNames = ['per', 'timeZone']

function checkTarget(target: Fields, field: string): LimitTarget {
  const scope = wordAt(target.scope, `${field}.scope`, budgetScopes)
  if (scope === 'app' && (target.of ?? target.tenant) !== undefined)
    throw invalid(`${field}.scope`, 'there is only one app: leave `of` and `tenant` out.')
  return {
    scope,
    ...(target.of === undefined ? {} : { of: checkName(target.of, scope, `${field}.of`) }),
    ...(target.tenant === undefined ? {} : { tenant: nameAt(target.tenant, `${field}.tenant`) }),
  }
}

/** A name that can be met. Another one would limit nobody, and nobody would hear of it. */
function checkName(value: unknown, scope: BudgetScope, field: string): string {
  const name = nameAt(value, field)
  if (scope === 'model' && !/^[^/]+\/./s.test(name)) throw invalid(field, 'must be "provider/model".')
  // Without the value: it may be the key itself, which must not stand in a store either.
  if (scope === 'key' && !/^[0-9a-f]{8}$/.test(name))
    throw invalid(
      field,
      'must be the fingerprint of a key: eight hexadecimal digits, as in `keyFingerprint`.',
    )
  return name
}

function checkWindow(budget: Fields, field: string): LimitTarget & Pick<BudgetLimit, 'per' | 'timeZone'> {
  const timeZone = timeZoneNamed(textAt(budget.timeZone ?? 'UTC', `${field}.timeZone`))
  if (timeZone === undefined)
    throw invalid(`${field}.timeZone`, 'is no time zone. Write UTC, or a name such as Europe/Berlin.')
  return { ...checkTarget(budget, field), per: wordAt(budget.per, `${field}.per`, periods), timeZone }
}

function amountOf(budget: Fields, field: string): Pick<BudgetLimit, 'measure' | 'amount'> {
  const [measure, other] = measures.filter((name) => budget[name] !== undefined)
  if (measure === undefined || other !== undefined)
    throw invalid(field, 'must have one of usd, tokens and calls.')
  const [value, at] = [budget[measure], `${field}.${measure}`]
  return { measure, amount: measure === 'usd' ? moneyAt(value, at) : wholeNumberAt(value, at, 0) }
}

function moneyAt(value: unknown, field: string): number {
  return fromUsd(numberAt(value, field, 0, toUsd(maxMoney)))
}

/** The limits of one option, which may hold two: of requests, and of tokens. */
export function checkRateLimit(value: unknown, field: string): RateLimit[] {
  const limit = recordAt(value, field)
  refuseUnknown(limit, [...targetNames, 'requests', 'tokens', 'windowMs'], field)
  const target = checkTarget(limit, field)
  const windowMs = wholeNumberAt(limit.windowMs ?? minuteMs, `${field}.windowMs`, 1)
  const limits = (['requests', 'tokens'] as const).flatMap((measure) => {
    if (limit[measure] === undefined) return []
    return [{ ...target, measure, amount: wholeNumberAt(limit[measure], `${field}.${measure}`, 1), windowMs }]
  })
  if (limits.length === 0) throw invalid(field, 'must have requests, tokens or both.')
  return limits
}

/** Whose budgets are asked for. */
export interface BudgetQuestion {
  readonly tenant?: string | undefined
  readonly user?: string | undefined
  readonly agent?: string | undefined
  readonly run?: string | undefined
  readonly tag?: string | undefined
  /** A fingerprint. */
  readonly key?: string | undefined
  /** `provider/model`. */
  readonly model?: string | undefined
  readonly provider?: string | undefined
}

const questionNames = ['tenant', 'user', 'agent', 'run', 'tag', 'key', 'model', 'provider'] as const

/** A tenant's name, or several labels at once. */
export function checkBudgetQuestion(value: unknown): Subject {
  if (value === undefined) return {}
  if (typeof value === 'string') return { tenant: nameAt(value, 'tenant') }
  const question = recordAt(value, 'budget')
  refuseUnknown(question, questionNames, 'budget')
  const given = questionNames.filter((name) => question[name] !== undefined)
  const { tag, ...rest } = Object.fromEntries(given.map((name) => [name, nameAt(question[name], name)]))
  return { ...rest, ...(tag === undefined ? {} : { tags: [tag] }) }
}
