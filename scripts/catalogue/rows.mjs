// Chooses the models of the catalogue, and puts together what the sources say of each.
import { ofFamily } from '../../src/core/model-family.js'
import { presets } from '../../src/providers/presets.js'
import { defaultMessagesQuirks } from '../../src/wire/anthropic-messages/quirks.js'
import { defaultChatQuirks } from '../../src/wire/openai-chat/quirks.js'
import { abilityFacts, leftOut, listedHere, makers, notOffered, specialPurpose } from './facts.mjs'
import { identityOf } from './identity.mjs'

/**
 * The rows, without quality, in the order of provider and name; and what was noticed on the way.
 * @param {{ pi: object, genai: object, tokenlens: object }} sources each newer than the next
 * @returns {{ rows: object[], disagreements: object[], dropped: { provider: string, model: string, why: string }[] }}
 */
export function makeRows({ pi, genai, tokenlens }) {
  const dropped = []
  const disagreements = []
  const drop = ({ provider, model }, why) => void dropped.push({ provider, model, why })
  const offered = [...pi.listings, ...listedHere].filter((listing) => {
    const reason = whyNot(listing, genai)
    if (reason !== undefined) drop(listing, reason)
    return reason === undefined
  })
  for (const { id, defaultModel } of presets.values()) {
    const isListed = offered.some((listing) => listing.provider === id && listing.model === defaultModel)
    if (defaultModel !== null && id !== 'azure' && !isListed)
      offered.push({ provider: id, model: defaultModel })
  }
  const look = lookUp({ pi, genai, tokenlens })
  const rows = offered.map((listing) => {
    const { row, differences } = merged(listing, look(listing))
    disagreements.push(...differences)
    return row
  })
  const kept = withoutTwins(rows, drop)
  kept.sort((one, other) => order(one.provider, other.provider) || order(one.model, other.model))
  return { rows: kept, disagreements, dropped }
}

function order(one, other) {
  return one < other ? -1 : one > other ? 1 : 0
}

function whyNot({ provider, model }, genai) {
  const rule = leftOut.find(({ name }) => name.test(model))
  if (rule !== undefined) return rule.why
  if (notOffered.some((other) => other.provider === provider && other.name.test(model)))
    return 'is not offered so'
  return genai.isDeprecated(provider, model) ? 'is deprecated' : undefined
}

/** Finds what each source says of a model, newest first, and what they say of the same model elsewhere. */
function lookUp({ pi, genai, tokenlens }) {
  const exact = (listings) =>
    new Map(listings.map((listing) => [`${listing.provider}/${listing.model}`, listing]))
  const newest = exact(pi.listings)
  const oldest = exact(tokenlens.listings)
  const elsewhere = Map.groupBy
    ? Map.groupBy(pi.listings, ({ model }) => identityOf(model))
    : groups(pi.listings)
  const knowledge = new Map()
  for (const { model, knowledgeDate } of tokenlens.listings)
    if (knowledgeDate !== undefined) knowledge.set(identityOf(model), knowledgeDate)
  return ({ provider, model }) => {
    const name = `${provider}/${model}`
    return {
      said: [
        ['pi-ai', newest.get(name)],
        ['genai-prices', genai.listingOf(provider, model)],
        ['tokenlens', oldest.get(name)],
      ].filter(([, listing]) => listing !== undefined),
      elsewhere: (elsewhere.get(identityOf(model)) ?? []).filter((other) => other.provider !== provider),
      knowledgeDate: knowledge.get(identityOf(model)),
    }
  }
}

function groups(listings) {
  const found = new Map()
  for (const listing of listings) {
    const identity = identityOf(listing.model)
    found.set(identity, [...(found.get(identity) ?? []), listing])
  }
  return found
}

function merged({ provider, model }, { said, elsewhere, knowledgeDate }) {
  const believed = said.map(([source, listing]) => [source, withoutTierWindow(listing)])
  const first = (field) => believed.find(([, listing]) => listing[field] !== undefined)?.[1][field]
  const price = first('isPriceUntold') ? undefined : first('price')
  const row = {
    provider,
    model,
    description: first('name')?.replace(/ \((?:latest|free)\)$/, ''),
    contextWindow: first('contextWindow') ?? windowElsewhere(said, elsewhere),
    maxOutputTokens: first('maxOutputTokens'),
    input: first('input'),
    output: first('output'),
    tools: first('tools'),
    reasoning: first('reasoning'),
    levels: first('levels'),
    price,
    knowledgeDate: knowledgeDate ?? first('knowledgeDate'),
  }
  const differences = ['price', 'contextWindow', 'tools', 'reasoning', 'image'].flatMap((field) =>
    difference(field, { provider, model }, believed),
  )
  return { row: withFacts(row), differences }
}

/** A window that is no longer than the cheaper of two prices reaches is how far that price reaches. */
function withoutTierWindow(listing) {
  const [tier] = listing.price?.above ?? []
  if (tier === undefined || tier.promptTokens !== listing.contextWindow) return listing
  return { ...listing, contextWindow: undefined }
}

/** Only for a window that was not believed: a host's own window is otherwise nobody else's. */
function windowElsewhere(said, elsewhere) {
  if (!said.some(([, { contextWindow }]) => contextWindow !== undefined)) return undefined
  const windows = elsewhere.map((listing) => withoutTierWindow(listing).contextWindow).filter(Boolean)
  return windows.length === 0 ? undefined : Math.max(...windows)
}

const shown = {
  price: ({ price }) => price && `${price.inputPerMillion}/${price.outputPerMillion}`,
  contextWindow: ({ contextWindow }) => contextWindow,
  tools: ({ tools }) => tools,
  reasoning: ({ reasoning }) => reasoning,
  image: ({ input }) => input?.includes('image'),
}

function difference(field, { provider, model }, said) {
  const told = said.flatMap(([source, listing]) => {
    const value = shown[field](listing)
    return value === undefined ? [] : [{ source, value }]
  })
  if (new Set(told.map(({ value }) => value)).size < 2) return []
  return [{ provider, model, field, told, preferred: told[0].source }]
}

function withFacts({ tools, reasoning, levels, ...row }) {
  const { provider, model, price } = row
  const identity = identityOf(model)
  const maker = provider === 'openrouter' ? model.split('/', 1)[0] : makers[provider]
  const abilities = { tools, parallelTools: undefined, structuredOutput: undefined, reasoning }
  abilities.promptCache = price?.cacheReadPerMillion === undefined ? undefined : true
  abilities.computerUse = undefined
  let readsDocuments = row.input?.includes('document')
  for (const { document, ...fact } of abilityFacts) {
    const isAbout =
      (fact.maker === undefined || fact.maker === maker) &&
      (fact.provider === undefined || fact.provider === provider) &&
      (fact.identity === undefined || fact.identity.test(identity)) &&
      (fact.model === undefined || fact.model.test(model))
    if (!isAbout) continue
    if (document && row.input?.includes('image')) readsDocuments = true
    for (const ability of Object.keys(abilities)) if (ability in fact) abilities[ability] = fact[ability]
  }
  const { dialect, quirks } = presets.get(provider)
  const chat = { ...defaultChatQuirks, ...quirks }
  const traits = dialect === 'anthropic-messages' ? ofFamily(defaultMessagesQuirks.models, model) : undefined
  if (traits !== undefined) abilities.structuredOutput = traits.structuredOutput
  else if (chat.jsonSchema !== 'response_format') abilities.structuredOutput = false
  const special = specialPurpose.find(
    (rule) => rule.name.test(model) && (rule.provider === undefined || rule.provider === provider),
  )
  const input = row.input && readsDocuments ? [...new Set([...row.input, 'document'])] : row.input
  return defined({
    ...row,
    input: input && modalities.filter((kind) => input.includes(kind)),
    abilities: nonEmpty(defined(abilities)),
    reasoningControls: reasoning ? controlsOf(levels, traits) : undefined,
    isSpecialPurpose: special === undefined ? undefined : true,
  })
}

const modalities = ['text', 'image', 'audio', 'video', 'document']
const ordinaryLevels = ['minimal', 'low', 'medium', 'high']

/** Claude's are in our own table; of others only what a source says outright. */
function controlsOf(levels, traits) {
  if (traits !== undefined) {
    const ways = { none: [], budget: ['tokens'], both: ['effort', 'tokens'], adaptive: ['effort'] }[
      traits.thinking
    ]
    return traits.thinkingOff === null ? ways : [...ways, 'switch']
  }
  if (levels === undefined) return undefined
  const found = []
  if (ordinaryLevels.filter((level) => typeof levels[level] === 'string').length > 1) found.push('effort')
  if (typeof levels.off === 'string') found.push('switch')
  return found.length === 0 ? undefined : found
}

function defined(fields) {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
}

function nonEmpty(fields) {
  return Object.keys(fields).length === 0 ? undefined : fields
}

/**
 * One name for one thing: of names of the same model that a provider serves in the same way, the one stays that the
 * library asks by default, else the one without a date, without `latest`, the shortest.
 */
function withoutTwins(rows, drop) {
  const kept = new Map()
  for (const row of rows) {
    const { provider, model, description, ...facts } = row
    const stem = /-latest$/.test(model) ? undefined : identityOf(model)
    const same = JSON.stringify([provider, facts.contextWindow, facts.price, facts.input, facts.abilities])
    const place = [...kept].find(
      ([, { row: other, same: otherSame, stem: otherStem }]) =>
        otherSame === same &&
        ((stem !== undefined && otherStem === stem) ||
          areAlias(other.model, model) ||
          (description !== undefined && other.description === description)),
    )
    if (place === undefined) {
      kept.set(`${provider}/${model}`, { row, same, stem })
      continue
    }
    const [name, { row: other }] = place
    if (rankOfName(row) < rankOfName(other)) {
      kept.delete(name)
      kept.set(`${provider}/${model}`, { row, same, stem })
      drop(other, `is ${model}`)
    } else drop(row, `is ${other.model}`)
  }
  return [...kept.values()].map(({ row }) => row)
}

/** `mistral-large-latest` and `mistral-large-2512`: one begins as the other does, as far as `latest`. */
function areAlias(one, other) {
  return isAliasOf(one, other) || isAliasOf(other, one)
}

function isAliasOf(alias, model) {
  if (!alias.endsWith('-latest')) return false
  const words = alias.slice(0, -'-latest'.length).split('-')
  const others = model.split('-').filter((word) => !/^(?:[\d.]+|preview)$/.test(word))
  return words.length === others.length && words.every((word, at) => word === others[at])
}

function rankOfName({ provider, model }) {
  const isDefault = presets.get(provider)?.defaultModel === model
  const rank = isDefault ? 0 : /-latest$/.test(model) ? 3 : /\d{4}-?\d\d-?\d\d$/.test(model) ? 2 : 1
  return `${rank} ${String(model.length).padStart(3, '0')} ${model}`
}
