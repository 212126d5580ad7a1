// How names become keys of Redis: which partition they belong to, and how any text is kept apart from any other.

import { ByokError } from '../../core/errors.js'

/** Scopes whose counters belong to one tenant. */
const scopesOfTenants = ['tenant', 'user', 'agent', 'run']

/** Scopes whose counters tenants share. */
const sharedScopes = ['app', 'key', 'provider', 'model', 'tag']

/**
 * Any text as part of a key or a field: what UTF-8 cannot carry (half a surrogate pair) is escaped, and the escapes are
 * those of JSON, so that no two texts become one and answers can quote them.
 */
export function escapeName(name: string): string {
  return JSON.stringify(name).slice(1, -1)
}

/**
 * The beginning of every key of a partition. All keys of one partition have one hash tag, so that they stand in one slot
 * of a cluster. A prefix holds neither `/` nor braces; a tenant's name holds them escaped.
 */
export function partitionKey(prefix: string, tenant: string | undefined): string {
  return tenant === undefined ? `{${prefix}}:` : `{${prefix}/${escapeTenant(tenant)}}:`
}

function escapeTenant(tenant: string): string {
  return escapeName(tenant).replace(
    /[%{}]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

/**
 * Refuses counters that cannot be counted within the partition of a tenant: those which tenants share, and those of another
 * tenant. `tenant` is that of the hold; a hold without one counts what has none. Names that budgets have not made pass.
 */
export function refuseForeignCounters(names: readonly string[], tenant: string | undefined): void {
  for (const name of names) {
    const [, scope = '', who = ''] = name.split('/', 3)
    refuseShared(scope, tenant, 'claims')
    if (scopesOfTenants.includes(scope) && who.split(':', 1)[0] !== escapedAsInCounters(tenant ?? '')) {
      throw refused('claims', `a counter of scope "${scope}" belongs to another tenant than the hold`)
    }
  }
}

/** Refuses rates that tenants share. */
export function refuseSharedRates(keys: readonly string[], tenant: string | undefined): void {
  for (const key of keys) refuseShared(key.split('/', 2)[1] ?? '', tenant, 'rates')
}

function refuseShared(scope: string, tenant: string | undefined, field: string): void {
  if (tenant === undefined || !sharedScopes.includes(scope)) return
  throw refused(field, `what has the scope "${scope}" is shared between tenants`)
}

function refused(field: string, why: string): ByokError {
  const message = `${field}: ${why}, and cannot be counted with partition "tenant". Use partition "app".`
  return new ByokError('config', message, { field })
}

/** A tenant as it stands in the name of a counter. */
function escapedAsInCounters(tenant: string): string {
  return tenant.replace(/[^A-Za-z0-9_.-]/g, (unit) => `%${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
