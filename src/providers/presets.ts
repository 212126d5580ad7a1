// The vendors known by name, one row each, and how a row is found.

import { hosts } from './presets/hosts.js'
import { localServers } from './presets/local.js'
import { makers } from './presets/makers.js'
import type { ProviderRow } from './presets/row.js'

/** Every known vendor by its id. A map, so that an id such as `__proto__` finds nothing. */
export const presets: ReadonlyMap<string, ProviderRow> = new Map(
  [...makers, ...hosts, ...localServers].map((row) => [row.id, row]),
)

/** The row of a vendor, or `undefined` for a name that is not known. */
export function presetFor(id: string): ProviderRow | undefined {
  return presets.get(id)
}
