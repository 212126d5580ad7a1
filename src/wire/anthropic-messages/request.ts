// A chat request in the words of the Messages API.

import { ofFamily } from '../../core/model-family.js'
import type { ChatRequest } from '../../core/request.js'
import type { EncodedRequest, EncodeTarget } from '../dialect.js'
import { addProviderOptions } from '../provider-options.js'
import { nothingToSend } from '../replay.js'
import { EncodingNotes } from './notes.js'
import type { MessagesModelTraits, MessagesQuirks } from './quirks.js'
import { isThinking, type ThinkingFields, thinkingFields } from './thinking.js'
import { encodeToolChoice, encodeTools, forcesTool } from './tools.js'
import { encodeTurns } from './turns.js'

type Body = Record<string, unknown>

/** Sent where neither the caller nor the catalogue knows a limit, since the API demands one. */
const assumedLimit = 4096

/** Encodes a request. Nothing is in the body that the caller did not set, but for the limit that the API demands. */
export function encodeMessagesRequest(
  request: ChatRequest,
  target: EncodeTarget<MessagesQuirks>,
): EncodedRequest {
  const notes = new EncodingNotes()
  const { model, quirks } = target
  const traits = ofFamily(quirks.models, model) ?? quirks.otherModels
  const maxTokens = request.maxTokens ?? target.outputLimit ?? assume(model, notes)
  const { continuesPlainTurn, messages, system } = encodeTurns(request.messages, notes)
  if (messages.length === 0) throw nothingToSend()
  const scene = { model, traits, maxTokens, forcesTool: forcesTool(request, traits), continuesPlainTurn }
  const thinking = thinkingFields(request.reasoning, scene, notes)
  const body: Body = { model, max_tokens: maxTokens, messages }
  add(body, 'system', system)
  add(body, 'tools', encodeTools(request.tools, traits, notes))
  add(body, 'tool_choice', encodeToolChoice(request, traits, notes))
  add(body, 'thinking', thinking.thinking)
  add(body, 'output_config', outputConfig(request, thinking, traits, notes))
  addSampling(body, request, traits, isThinking(thinking), notes)
  addRest(body, request, notes)
  if (target.stream) body.stream = true
  addProviderOptions(body, request, target.provider, notes.warnings)
  return { path: '/v1/messages', body, headers: {}, warnings: notes.warnings, repairs: [] }
}

function add(body: Body, name: string, value: unknown): void {
  if (value !== undefined) body[name] = value
}

function assume(model: string, notes: EncodingNotes): number {
  notes.assumedLimit(
    `The output limit of "${model}" is not known; ${assumedLimit} tokens were asked for. Set \`maxTokens\`.`,
  )
  return assumedLimit
}

function outputConfig(
  request: ChatRequest,
  { effort }: ThinkingFields,
  traits: MessagesModelTraits,
  notes: EncodingNotes,
): Body | undefined {
  const schema = jsonSchema(request, traits, notes)
  if (effort === undefined && schema === undefined) return undefined
  return {
    ...(effort === undefined ? {} : { effort }),
    ...(schema === undefined ? {} : { format: { type: 'json_schema', schema } }),
  }
}

function jsonSchema(request: ChatRequest, traits: MessagesModelTraits, notes: EncodingNotes): unknown {
  const { responseFormat } = request
  switch (responseFormat?.type) {
    case 'json_schema':
      if (traits.structuredOutput && responseFormat.json_schema.schema)
        return responseFormat.json_schema.schema
      notes.unsupported(
        'responseFormat',
        'This model cannot be held to a JSON Schema; the answer may be any text.',
      )
      return undefined
    case 'json_object':
      notes.unsupported(
        'responseFormat',
        'There is no JSON mode without a schema; the answer may be any text.',
      )
      return undefined
    default:
      return undefined
  }
}

/**
 * Thinking goes with no other temperature than 1 and no `top_p` under 0.95; newer models take neither at all. 1 is the
 * default of both, so leaving it out changes nothing. Source: Anthropic, "Extended thinking" and the migration guides.
 */
function addSampling(
  body: Body,
  { temperature, topP }: ChatRequest,
  { sampling, temperatureLimit }: MessagesModelTraits,
  thinks: boolean,
  notes: EncodingNotes,
): void {
  if (temperature !== undefined) {
    const isTooHigh = temperatureLimit !== null && temperature > temperatureLimit
    if (sampling !== 'none' && !isTooHigh && (!thinks || temperature === 1)) body.temperature = temperature
    else if (temperature !== 1)
      notes.unsupported('temperature', temperatureReason(temperature, sampling, temperatureLimit))
  }
  if (topP === undefined) return
  const isAlone = sampling !== 'one' || body.temperature === undefined
  if (sampling !== 'none' && isAlone && (!thinks || topP >= 0.95)) body.top_p = topP
  else if (topP !== 1) notes.unsupported('topP', topPReason(sampling, isAlone))
}

function temperatureReason(
  temperature: number,
  sampling: MessagesModelTraits['sampling'],
  limit: number | null,
): string {
  if (sampling === 'none') return 'This model takes no temperature.'
  if (limit !== null && temperature > limit)
    return `The temperature was left out: the highest that is taken is ${limit}.`
  return 'The temperature was left out: a model that thinks takes none but 1.'
}

function topPReason(sampling: MessagesModelTraits['sampling'], isAlone: boolean): string {
  if (sampling === 'none') return 'This model takes no `topP`.'
  if (!isAlone) return '`topP` was left out: this model takes it or a temperature, not both.'
  return '`topP` was left out: a model that thinks takes none below 0.95.'
}

function addRest(body: Body, request: ChatRequest, notes: EncodingNotes): void {
  const { stop, seed, user, tools, toolChoice } = request
  if (stop !== undefined && stop.length > 0) addStop(body, stop, notes)
  if (seed !== undefined) notes.unsupported('seed', 'This provider takes no seed.')
  if (user !== undefined) body.metadata = { user_id: user }
  const demandsTool = toolChoice !== undefined && toolChoice !== 'auto' && toolChoice !== 'none'
  if (demandsTool && !tools?.length)
    notes.unsupported('toolChoice', 'A tool call is demanded, but there are no tools.')
}

/** The API refuses a stop sequence without a visible character. */
function addStop(body: Body, stop: readonly string[], notes: EncodingNotes): void {
  const visible = stop.filter((sequence) => sequence.trim() !== '')
  if (visible.length > 0) body.stop_sequences = visible
  if (visible.length < stop.length) {
    notes.unsupported('stop', 'A stop sequence of white space only was left out: the provider refuses it.')
  }
}
