// Nobody can be asked: the error that says which filter left nobody, and what could be done.

import type { ErrorCode } from '../core/error-code.js'
import { ByokError } from '../core/errors.js'
import type { RouteFilter } from '../core/route.js'
import { visibleName } from '../core/visible-text.js'
import type { LeftOut } from '../routing/choice.js'
import { ability, abilityWords } from '../routing/contender.js'
import type { ModelReference } from '../routing/model-reference.js'
import { abilitiesFor } from '../routing/needs.js'
import type { PreparedRequest } from './prepared-request.js'

/** The filters, the last one first: who came furthest tells most. */
const furthestFirst: readonly RouteFilter[] = [
  'access-plan',
  'quality',
  'price',
  'health',
  'allowance',
  'window',
  'abilities',
  'special-purpose',
  'allowed',
  'key',
]

const codes: Readonly<Partial<Record<RouteFilter, ErrorCode>>> = {
  quality: 'config',
  health: 'circuit-open',
  price: 'price-unknown',
  allowance: 'rate-limited',
  window: 'context-length',
  abilities: 'invalid-request',
  'special-purpose': 'invalid-request',
  allowed: 'permission',
}

/** The error for a choice that has left nobody. Names the filter that the last ones failed, and how many each has taken. */
export function nobodyLeft(leftOut: readonly LeftOut[], request: PreparedRequest): ByokError {
  const filter = furthestFirst.find((name) => leftOut.some((one) => one.filter === name)) ?? 'key'
  const providers = [...new Set(leftOut.map(({ contender }) => contender.provider))]
  if (filter === 'key') return noKey(providers, request)
  const counts = new Map<string, number>()
  for (const one of leftOut) counts.set(one.filter, (counts.get(one.filter) ?? 0) + 1)
  const told = [...counts].map(([name, count]) => `${name} (${count})`).join(', ')
  const example = leftOut.find((one) => one.filter === filter)
  const which =
    example === undefined ? '' : ` ${visibleName(example.contender.name, 200)}: ${example.reason()}.`
  const needed = abilityWords(abilitiesFor(request.chat))
  const what = filter === 'abilities' && needed !== '' ? ` that has ${needed}` : ''
  const message = `There is no model${what} to choose. Left out by ${told}.${which}`
  return new ByokError(codes[filter] ?? 'invalid-request', message, fieldOf(filter, request))
}

function fieldOf(filter: RouteFilter, { chat }: PreparedRequest): { readonly field?: string } {
  if (filter === 'quality') return { field: 'routing' }
  if (filter === 'allowed' || filter === 'special-purpose') return { field: 'model' }
  if (filter !== 'abilities') return {}
  const needed = abilitiesFor(chat)
  return {
    field: (needed & (ability.vision | ability.documents | ability.audio)) === 0 ? 'tools' : 'messages',
  }
}

/** The error for models that were named, and that the app or the tenant's policy does not allow. */
export function notAllowed({ requestedModel }: PreparedRequest): ByokError {
  const message = `"${visibleName(requestedModel, 200)}" is not among the models that may be asked.`
  return new ByokError('permission', message, { field: 'model' })
}

/** The error for models, or for `auto`, that there is no key for. */
export function noKey(providers: readonly string[], request: PreparedRequest): ByokError {
  const [provider, other] = providers
  if (provider === undefined) {
    return new ByokError(
      'no-key',
      '`auto` finds no provider that has a key and a default model. Give a key in `keys`, or name a model.',
    )
  }
  const names = providers.map((id) => `"${visibleName(id, 100)}"`).join(', ')
  const hint =
    request.keys.size > 0
      ? `This request brings keys of its own (${[...request.keys.keys()].map((id) => visibleName(id, 100)).join(', ')}), so the app's are not used for it.`
      : `Set keys.${provider} on the handler, or bring one with the request.`
  return new ByokError(
    'no-key',
    `There is no key for ${names}. ${hint}`,
    other === undefined ? { provider } : {},
  )
}

/** The providers of models that were named, each once. */
export function providersOf(models: readonly ModelReference[]): string[] {
  return [...new Set(models.map(({ provider }) => provider))]
}
