// Checks that the providers which an app or a request names are there, and guesses which one was meant.

import { ByokError } from '../core/errors.js'
import { visibleName } from '../core/visible-text.js'
import type { PreparedRequest } from '../pipeline/prepared-request.js'
import { presets } from '../providers/presets.js'
import type { ModelReference } from '../routing/model-reference.js'
import type { RoutingPolicy } from '../routing/policy.js'
import { closest, invalid } from './check.js'
import { checkModel } from './check-model.js'
import type { HandlerSettings } from './handler-options.js'

/** Where the names of providers come from, besides the known vendors. */
type AppProviders = Pick<HandlerSettings, 'providers' | 'adapters'>

/** Says which providers can be asked. */
type Has = (id: string) => boolean

/**
 * Throws `config` for a key, a model of the catalogue, or a setting without an address, of a provider that is neither
 * known nor the app's own: mostly a slip of the pen, which would go unnoticed until somebody has no key.
 */
export function checkProviderNames(
  settings: AppProviders & Pick<HandlerSettings, 'keys' | 'catalogue'>,
): void {
  for (const [id, setting] of settings.providers) {
    const isOwn = setting !== false && (setting.baseURL ?? setting.client ?? setting.transport) !== undefined
    if (isOwn || presets.has(id) || settings.adapters.some((adapter) => adapter.id === id)) continue
    throw config(setting === false ? `providers.${id}` : `providers.${id}.baseURL`, whyNot(id, settings))
  }
  for (const id of settings.keys.keys()) {
    if (!isNamed(id, settings)) throw config(`keys.${id}`, whyNot(id, settings))
  }
  for (const [index, { provider }] of settings.catalogue.entries()) {
    if (!isNamed(provider, settings)) throw config(`catalogue[${index}].provider`, whyNot(provider, settings))
  }
}

/**
 * Throws `config` for an alias, or a default model, of a provider that there is not: such a name could never be
 * answered, so that the app hears of it when it starts.
 */
export function checkModelProviders(
  settings: AppProviders & Pick<HandlerSettings, 'aliases' | 'defaults' | 'choice'>,
  has: Has,
): void {
  const refuse = (models: readonly ModelReference[], field: string): void => {
    const unknown = models.find((reference) => !has(reference.provider))
    if (unknown !== undefined) throw config(field, whyNot(unknown.provider, settings))
  }
  for (const [alias, models] of settings.aliases) refuse(models, `models.${alias}`)
  const { models } = checkModel(settings.defaults.model ?? 'auto', settings.aliases)
  if (models !== 'auto') refuse(models, 'defaults.model')
  const usual = checkModel(settings.choice.defaultModel, settings.aliases).models
  if (usual !== 'auto') refuse(usual, 'routing.default')
  for (const [field, ids] of routingProviders(settings.choice.routing)) {
    const unknown = ids.find((id) => !isNamed(id, settings))
    if (unknown !== undefined) throw config(field, whyNot(unknown, settings))
  }
}

/** The providers that the routing options name. */
function routingProviders({
  allow = [],
  deny,
  preferProviders,
  minuteLimits,
}: RoutingPolicy): [field: string, ids: readonly string[]][] {
  return [
    ['routing.allow', allow.map(({ provider }) => provider)],
    ['routing.deny', deny.map(({ provider }) => provider)],
    ['routing.preferProviders', preferProviders],
    ['routing.minuteLimits', [...minuteLimits.keys()].map((name) => name.split('/', 1)[0] ?? name)],
  ]
}

/**
 * Throws `invalid-request` for a model of a provider that cannot be asked, and for a key or options of one that nobody
 * knows. Those of a provider that is merely switched off are let pass: one set of them may serve several handlers.
 */
export function checkRequestProviders(
  { models, keys, chat }: Pick<PreparedRequest, 'models' | 'keys' | 'chat'>,
  settings: AppProviders,
  has: Has,
): void {
  const missing = models === 'auto' ? undefined : models.find((reference) => !has(reference.provider))
  if (missing !== undefined) throw invalid('model', whyNot(missing.provider, settings))
  for (const [field, ids] of [
    ['keys', keys.keys()],
    ['providerOptions', Object.keys(chat.providerOptions ?? {})],
  ] as const) {
    for (const id of ids)
      if (!isNamed(id, settings)) throw invalid(`${field}.${visibleName(id, 64)}`, whyNot(id, settings))
  }
}

function isNamed(id: string, { providers, adapters }: AppProviders): boolean {
  return presets.has(id) || providers.has(id) || adapters.some((adapter) => adapter.id === id)
}

function whyNot(id: string, { providers, adapters }: AppProviders): string {
  const shown = `"${visibleName(id, 64)}"`
  if (providers.get(id) === false && presets.has(id)) return `the provider ${shown} is switched off.`
  if (presets.has(id)) return `the provider ${shown} needs a baseURL or a client in providers.${id}.`
  const names = [...presets.keys(), ...providers.keys(), ...adapters.map((adapter) => adapter.id)]
  const meant = closest(
    id,
    names.filter((name) => name !== id && providers.get(name) !== false),
  )
  const hint =
    meant === undefined
      ? 'Known ones need only a key; others a baseURL in providers.'
      : `Did you mean "${visibleName(meant, 64)}"?`
  return `there is no provider ${shown}. ${hint}`
}

function config(field: string, why: string): ByokError {
  const shown = visibleName(field, 100)
  return new ByokError('config', `${shown}: ${why}`, { field: shown })
}
