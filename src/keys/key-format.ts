// What a key may look like. It is checked before it can reach a header, whose error message would show it.

import { ByokError } from '../core/errors.js'
import { Secret } from '../core/secret.js'
import { onlyKey, type PooledKey } from './pooled-key.js'

/** Printable ASCII without spaces. OAuth tokens are long, and local servers' keys short. */
const legal = /^[\x21-\x7e]{1,8192}$/

/** What people leave in a configuration they have copied. */
const placeholders: ReadonlySet<string> = new Set([
  'your-api-key',
  'your_api_key',
  'your-api-key-here',
  'your_api_key_here',
  'yourapikey',
  'api-key',
  'api_key',
  'apikey',
  'changeme',
  'change-me',
  'placeholder',
  'replace-me',
  'replace_me',
  'insert-key-here',
  'sk-...',
  'sk-…',
  'sk-xxx',
  'xxx',
  'todo',
  'undefined',
  'null',
  'none',
])

/** True for what stands in a template until somebody puts a key there. */
export function isPlaceholder(value: string): boolean {
  const plain = value.trim().toLowerCase()
  if (placeholders.has(plain) || /^<.*>$/.test(plain) || /^\$\{.*\}$/.test(plain)) return true
  return /^x{3,}$|^\*{3,}$/.test(plain) // a single x is what people give a local server that wants some key
}

/**
 * The key, trimmed at its ends, as a `Secret`. Throws `invalid-key-format`, naming the provider and never the value,
 * where it is no text, holds line breaks, spaces or other than printable ASCII, is longer than 8,192 characters, or is
 * a placeholder.
 */
export function secretOf(value: unknown, provider: string): Secret {
  if (typeof value !== 'string')
    throw invalid(provider, `it is of type ${value === null ? 'null' : typeof value}`)
  const key = value.trim()
  if (key === '') throw invalid(provider, 'it is empty')
  if (key.length > 8192) throw invalid(provider, 'it is longer than 8,192 characters')
  if (!legal.test(key))
    throw invalid(provider, 'it holds a space, a line break or another character that no header may hold')
  if (isPlaceholder(key)) throw invalid(provider, 'it is a placeholder')
  return new Secret(key)
}

/**
 * One key, or a list of `{ id, value, weight }`, as keys that may be used. Throws `invalid-key-format` for what `secretOf`
 * refuses, for an empty list, a weight that is no positive number, and an id or a key that stands in the list twice; and
 * `config` for a field that is not known.
 */
export function keysOf(value: unknown, provider: string): readonly PooledKey[] {
  if (!Array.isArray(value)) return onlyKey(secretOf(value, provider))
  if (value.length === 0) throw invalid(provider, 'the list is empty')
  const ids = new Set<string>()
  const secrets = new Set<string>()
  return value.map((entry: unknown, index) => {
    const key = pooledKeyOf(entry, index, provider)
    const secret = key.secret?.reveal() ?? ''
    if (ids.has(key.id)) throw invalid(provider, 'two keys of the list have the same id')
    if (secrets.has(secret)) throw invalid(provider, 'the same key stands in the list twice')
    ids.add(key.id)
    secrets.add(secret)
    return key
  })
}

function pooledKeyOf(entry: unknown, index: number, provider: string): PooledKey {
  const fields = fieldsOf(entry)
  refuseUnknown(fields, index, provider)
  const { id = `${index + 1}`, value, weight = 1 } = fields
  if (typeof id !== 'string' || !/^[\w.-]{1,64}$/.test(id))
    throw invalid(provider, 'an id must be 1 to 64 letters, digits, dots, dashes or underscores')
  if (typeof weight !== 'number' || !Number.isFinite(weight) || weight <= 0)
    throw invalid(provider, 'a weight must be a number above 0')
  return { id, weight, secret: secretOf(value, provider) }
}

/** A bare text in a list is a key too. */
function fieldsOf(entry: unknown): {
  readonly id?: unknown
  readonly value?: unknown
  readonly weight?: unknown
} {
  return typeof entry === 'object' && entry !== null && !Array.isArray(entry) ? entry : { value: entry }
}

const fieldNames: readonly string[] = ['id', 'value', 'weight']

/** A misspelt weight would go unnoticed for long. Only a name that can be no key is shown: people mix up the two sides. */
function refuseUnknown(fields: object, index: number, provider: string): void {
  const unknown = Object.keys(fields).find((name) => !fieldNames.includes(name))
  if (unknown === undefined) return
  const entry = `keys.${provider}[${index}]`
  const field = /^[a-z_]{1,24}$/i.test(unknown) ? `${entry}.${unknown}` : entry
  const what = field === entry ? 'one of its fields is not known' : 'there is no such field'
  throw new ByokError('config', `${field}: ${what}. Known are ${fieldNames.join(', ')}.`, { provider, field })
}

function invalid(provider: string, why: string): ByokError {
  return new ByokError('invalid-key-format', `The key for "${provider}" cannot be used: ${why}.`, {
    provider,
    field: `keys.${provider}`,
  })
}
