// Checks that the models which a handler names by itself belong to providers that it can ask.

import { ByokError } from '../core/errors.js'
import type { ModelReference } from '../routing/model-reference.js'
import { checkModel } from './check-model.js'
import type { HandlerSettings } from './handler-options.js'

/**
 * Throws `config` for an alias, or a default model, of a provider that there is not: such a name could never be
 * answered, so that the app hears of it when it starts. `has` says which providers can be asked.
 */
export function checkKnownProviders(
  settings: Pick<HandlerSettings, 'aliases' | 'defaults'>,
  has: (id: string) => boolean,
): void {
  for (const [alias, models] of settings.aliases) refuseUnknown(models, `models.${alias}`, has)
  const { models } = checkModel(settings.defaults.model ?? 'auto', settings.aliases)
  if (models !== 'auto') refuseUnknown(models, 'defaults.model', has)
}

function refuseUnknown(models: readonly ModelReference[], field: string, has: (id: string) => boolean): void {
  const unknown = models.find((reference) => !has(reference.provider))
  if (unknown === undefined) return
  const id = unknown.provider.slice(0, 100)
  throw new ByokError(
    'config',
    `${field}: there is no provider "${id}". Known ones are there unless switched off; others need a baseURL in providers.${id}.`,
    { field },
  )
}
