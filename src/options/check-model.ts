// Reads which models a request, or the default of a handler, names.

import { type ModelReference, nameOf, parseModelReference } from '../routing/model-reference.js'
import { invalid, listAt, nameAt, textAt } from './check.js'

/** The models that were named, in order, and the name as it was given. */
export interface NamedModels {
  readonly models: readonly ModelReference[] | 'auto'
  readonly requestedModel: string
}

/** `auto`, a model, an alias, or a list of the last two. Throws `invalid-request` for anything else. */
export function checkModel(
  value: unknown,
  aliases: ReadonlyMap<string, readonly ModelReference[]>,
): NamedModels {
  if (value === 'auto') return { models: 'auto', requestedModel: 'auto' }
  const resolve = (name: string): readonly ModelReference[] =>
    aliases.get(name) ?? [parseModelReference(name, 'model')]
  if (typeof value === 'string')
    return { models: distinct(resolve(nameAt(value, 'model'))), requestedModel: value }
  const list = listAt(value, 'model').map((entry, index) =>
    nameAt(textAt(entry, `model[${index}]`), `model[${index}]`),
  )
  if (list.length === 0) throw invalid('model', 'must name at least one model.')
  if (list.includes('auto')) throw invalid('model', '"auto" cannot stand in a list.')
  return { models: distinct(list.flatMap(resolve)), requestedModel: list.join(', ') }
}

/** Each model once, where it stood first: a model is not asked again in the same request. */
function distinct(models: readonly ModelReference[]): ModelReference[] {
  return [...new Map(models.map((reference) => [nameOf(reference), reference])).values()]
}
