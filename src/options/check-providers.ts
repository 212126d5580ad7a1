// Checks what an app says of providers, and the adapters that it brings.

import type { ProviderAdapter } from '../core/contracts.js'
import type { ProviderSetting } from '../providers/registry.js'
import {
  booleanAt,
  functionAt,
  invalid,
  listAt,
  nameAt,
  objectAt,
  recordAt,
  refuseUnknown,
  wordAt,
} from './check.js'
import { extraHeaders } from './check-request.js'

/** What the app says of providers, checked. Throws naming the provider and field at fault. */
export function checkProviders(value: unknown): Map<string, ProviderSetting | false> {
  const given = Object.entries(recordAt(value, 'providers')).filter(([, setting]) => setting !== undefined)
  return new Map(given.map(checkProvider))
}

const providerFields: { readonly [Name in keyof Required<ProviderSetting>]: true } = {
  dialect: true,
  baseURL: true,
  keys: true,
  defaultModel: true,
  headers: true,
  streaming: true,
  client: true,
  transport: true,
}

function checkProvider([id, value]: [string, unknown]): [string, ProviderSetting | false] {
  if (id === '' || id.includes('/'))
    throw invalid('providers', `"${id}" is no name for a provider: it may not be empty or hold a slash.`)
  if (value === false) return [id, false]
  const field = `providers.${id}`
  const setting = recordAt(value, field)
  refuseUnknown(setting, Object.keys(providerFields), field)
  if (setting.dialect !== undefined)
    wordAt(setting.dialect, `${field}.dialect`, ['openai-chat', 'openai-responses', 'anthropic-messages'])
  if (setting.baseURL !== undefined) addressAt(setting.baseURL, `${field}.baseURL`)
  if (setting.keys !== undefined) wordAt(setting.keys, `${field}.keys`, ['none'])
  if (setting.defaultModel !== undefined) nameAt(setting.defaultModel, `${field}.defaultModel`)
  if (setting.streaming !== undefined) booleanAt(setting.streaming, `${field}.streaming`)
  if (setting.client !== undefined)
    functionAt(objectAt(setting.client, `${field}.client`).post, `${field}.client.post`)
  if (setting.transport !== undefined)
    functionAt(objectAt(setting.transport, `${field}.transport`).send, `${field}.transport.send`)
  if (setting.client !== undefined && setting.transport !== undefined)
    throw invalid(`${field}.transport`, 'carries the requests instead of the client: give only one of them.')
  const headers =
    setting.headers === undefined ? {} : { headers: extraHeaders(setting.headers, `${field}.headers`) }
  return [id, { ...setting, ...headers } as ProviderSetting] // its fields have just been checked
}

/** An address that a path can be put behind. */
function addressAt(value: unknown, field: string): void {
  if (/[\s?#]/.test(nameAt(value, field)))
    throw invalid(field, 'must be an address without spaces, query ("?") and fragment ("#").')
}

/** The adapters from outside, checked as far as they are used. */
export function checkAdapters(value: unknown): ProviderAdapter[] {
  const ids = new Set<string>()
  return listAt(value, 'adapters').map((entry, index) => {
    const field = `adapters[${index}]`
    const adapter = objectAt(entry, field)
    const id = nameAt(adapter.id, `${field}.id`)
    if (id.includes('/')) throw invalid(`${field}.id`, 'may not hold a slash.')
    if (ids.has(id))
      throw invalid(`${field}.id`, `two adapters are called ${JSON.stringify(id.slice(0, 64))}.`)
    ids.add(id)
    functionAt(adapter.stream, `${field}.stream`)
    if (adapter.complete !== undefined) functionAt(adapter.complete, `${field}.complete`)
    return adapter as unknown as ProviderAdapter // it has what is used of one
  })
}
