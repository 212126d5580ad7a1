// What a provider would say of an answer is understood as that answer, streamed or whole.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { openaiResponses } from '../../../src/wire/openai-responses/dialect.js'
import { defaultResponsesQuirks } from '../../../src/wire/openai-responses/quirks.js'
import { decodeWhole } from '../../../src/wire/openai-responses/whole.js'
import { added, completed, created, decode, done, fold, type Sent, usage } from './events.js'

/** One item, as the pieces in which its text comes. */
interface Piece {
  readonly kind: 'text' | 'refusal' | 'summary' | 'function' | 'custom'
  readonly pieces: readonly string[]
  readonly encrypted: boolean
}

const pieces = fc.array(
  fc.record({
    kind: fc.constantFrom('text', 'refusal', 'summary', 'function', 'custom'),
    pieces: fc.array(fc.string({ unit: 'binary' }), { maxLength: 5 }),
    encrypted: fc.boolean(),
  }) as fc.Arbitrary<Piece>, // the kinds are those above
  { maxLength: 6 },
)

/** An item as the provider writes it when it is finished. */
function itemOf(piece: Piece, place: number) {
  const text = piece.pieces.join('')
  const id = `item_${place}`
  switch (piece.kind) {
    case 'text':
      return { id, type: 'message', role: 'assistant', content: [{ type: 'output_text', text }] }
    case 'refusal':
      return { id, type: 'message', role: 'assistant', content: [{ type: 'refusal', refusal: text }] }
    case 'summary': {
      const item = { id, type: 'reasoning', summary: [{ type: 'summary_text', text }] }
      return piece.encrypted ? { ...item, encrypted_content: `opaque-${place}` } : item
    }
    case 'function':
      return { id, type: 'function_call', call_id: `call_${place}`, name: 'f', arguments: text }
    default:
      return { id, type: 'custom_tool_call', call_id: `call_${place}`, name: 'c', input: text }
  }
}

/** The same item before it has any content. */
function bareItemOf(piece: Piece, place: number) {
  const item = itemOf({ ...piece, pieces: [], encrypted: false }, place)
  return 'content' in item ? { ...item, content: [] } : 'summary' in item ? { ...item, summary: [] } : item
}

const eventNames = {
  text: 'output_text',
  refusal: 'refusal',
  summary: 'reasoning_summary_text',
  function: 'function_call_arguments',
  custom: 'custom_tool_call_input',
}

function eventsOf(answer: readonly Piece[], hasDeltas: boolean, hasOutput: boolean): Sent[] {
  const events: Sent[] = [created]
  for (const [place, piece] of answer.entries()) {
    events.push(added(bareItemOf(piece, place), place))
    const type = `response.${eventNames[piece.kind]}.delta`
    const position = { item_id: `item_${place}`, output_index: place }
    if (hasDeltas) events.push(...piece.pieces.map((delta) => ({ type, ...position, delta })))
    events.push(done(itemOf(piece, place), place))
  }
  return [...events, completed(hasOutput ? answer.map(itemOf) : [])]
}

describe('an answer in Responses', () => {
  it('folds to itself, with or without deltas, streamed or whole', () => {
    fc.assert(
      fc.property(pieces, (answer) => {
        const joined = (kind: Piece['kind']) =>
          answer.flatMap((piece) => (piece.kind === kind ? piece.pieces : [])).join('')
        const whole = fold(
          decodeWhole({
            id: 'resp_1',
            model: 'gpt-test',
            status: 'completed',
            output: answer.map(itemOf),
            usage,
          }),
        )
        expect(whole).toMatchObject({
          text: joined('text'),
          refusal: joined('refusal'),
          reasoning: joined('summary'),
        })
        expect(whole.toolCalls.map((call) => (call.type === 'custom' ? call.custom.input : call.id))).toEqual(
          answer.flatMap((piece, place) => {
            if (piece.kind === 'custom') return [piece.pieces.join('')]
            return piece.kind === 'function' ? [`call_${place}`] : []
          }),
        )
        for (const hasDeltas of [true, false]) {
          for (const hasOutput of [true, false]) {
            expect(fold(decode(...eventsOf(answer, hasDeltas, hasOutput)))).toEqual(whole)
          }
        }
      }),
    )
  })

  it('gives back the opaque state of an answer as it came', () => {
    fc.assert(
      fc.property(pieces, (answer) => {
        const { reasoningBlocks } = fold(decode(...eventsOf(answer, true, true)))
        const encoded = openaiResponses.encode(
          {
            messages: [
              {
                role: 'assistant',
                content: 'So.',
                byok: { provider: 'openai', model: 'gpt-test', reasoning: reasoningBlocks },
              },
            ],
          },
          {
            provider: 'openai',
            model: 'gpt-test',
            stream: true,
            quirks: { ...defaultResponsesQuirks, reasoningIds: true },
          },
        )
        const sent = answer.flatMap((piece, place) => {
          if (piece.kind !== 'summary' || !piece.encrypted) return []
          const item = itemOf(piece, place)
          return piece.pieces.join('') === '' ? [{ ...item, summary: [] }] : [item]
        })
        expect(encoded.body.input).toEqual([...sent, { role: 'assistant', content: 'So.' }])
      }),
    )
  })
})
