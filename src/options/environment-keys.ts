// The keys that stand in the environment, for an app that asks for them.

import { keysIn } from '../keys/environment.js'
import { presets } from '../providers/presets.js'

/**
 * Keys of the known vendors from environment variables (`OPENAI_API_KEY` and its like), by provider. Nothing reads the
 * environment unless the app calls this. Placeholders and values under 12 characters count as absent. Azure's variables
 * are left alone: there a key says nothing without the app's own address.
 *
 * @example
 * const byok = new BYOKHandler({ keys: envKeys() })
 */
export function envKeys(
  environment: Readonly<Record<string, string | undefined>> = processEnvironment(),
): Record<string, string> {
  const reachable = [...presets.values()].filter((row) => row.baseURL !== null)
  return keysIn(environment, new Map(reachable.map((row) => [row.id, row.keyVariables])))
}

/** Edge runtimes have no process, and then no variables. */
function processEnvironment(): Readonly<Record<string, string | undefined>> {
  const runtime: { readonly process?: { readonly env?: Readonly<Record<string, string | undefined>> } } =
    globalThis
  return runtime.process?.env ?? {}
}
