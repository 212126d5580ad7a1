// The decision alone: `plan()` over every model of the catalogue, with what it shows.

import { BYOKHandler } from 'byok-handler'
import { API_KEY, PROMPT, PROVIDERS } from './requests.mjs'

const LEAST_MODELS = 500

export async function open() {
  const byok = new BYOKHandler({ keys: Object.fromEntries(PROVIDERS.map((id) => [id, API_KEY])) })
  const { candidates, excluded } = await byok.plan({ prompt: PROMPT })
  const models = candidates.length + excluded.length
  if (models < LEAST_MODELS) throw new Error(`a plan over ${models} models is not that over the catalogue`)
  return {
    async plan() {
      const start = performance.now()
      await byok.plan({ prompt: PROMPT })
      return (performance.now() - start) * 1_000
    },
  }
}
