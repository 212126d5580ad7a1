// The outage of a provider, with a thousand calls begun at once, over real connections.

import { describe, expect, it } from 'vitest'
import { type OutageName, outageAlone, outages, outageWithAlternative } from './outage.js'

describe.each(Object.keys(outages) as OutageName[])('a provider that %s', (outage) => {
  // its own names
  it('A15: 1,000 calls at once reach it at most 1,035 times, and the next 1,000 not at all', {
    timeout: 60_000,
  }, async () => {
    const findings = await outageAlone(outage)
    expect(findings.filter(({ holds }) => !holds)).toEqual([])
  })

  it('A15: with an alternative no call fails, and only probes ask it once the breaker is open', {
    timeout: 60_000,
  }, async () => {
    const findings = await outageWithAlternative(outage)
    expect(findings.filter(({ holds }) => !holds)).toEqual([])
  })
})
