// What a candidate is sent: the request, fitted into its window where the caller allows that, always from the original.

import { ByokError } from '../core/errors.js'
import type { ChatRequest } from '../core/request.js'
import { estimatePromptTokens, leastPromptTokens, type TokenCounter } from '../core/token-estimate.js'
import { visibleName } from '../core/visible-text.js'
import type { Warning } from '../core/warning.js'
import { unknownWindow } from '../routing/filters.js'
import { type Cut, cutHarder, fitRequest, reserveOf } from '../routing/fit.js'
import { nameOf } from '../routing/model-reference.js'
import { isBlind, showsImages } from '../routing/vision.js'
import { skippedAttempt } from './attempt.js'
import type { Candidate } from './candidate.js'
import type { RequestContext } from './context.js'

/** The request as a candidate gets it, and what its caller should know of that if the candidate answers. */
export interface FittedRequest {
  readonly chat: ChatRequest
  readonly warnings: readonly Warning[]
}

/**
 * Fits the request for a candidate. Gives back the error instead, and writes down that nothing was sent, where it can
 * take the request in no form: `context-length`, or `invalid-request` for images that it does not see.
 */
export async function fitFor(
  candidate: Candidate,
  context: RequestContext,
): Promise<FittedRequest | ByokError> {
  const fitted = await intoWindow(candidate, context)
  const seen = fitted instanceof ByokError ? fitted : await withSight(fitted, candidate, context)
  if (seen instanceof ByokError) context.attempts.push(skippedAttempt(candidate, seen, context))
  return seen
}

async function intoWindow(candidate: Candidate, context: RequestContext): Promise<FittedRequest | ByokError> {
  const { chat, contextOverflow } = context.request
  const reserve = reserveOf(chat)
  const count = context.counterFor(nameOf(candidate))
  const isCut = contextOverflow !== 'error'
  // What the answer is left by default is no reason to refuse a prompt.
  const answer = isCut ? reserve : (chat.maxTokens ?? 0)
  const tokens = isCut ? estimatePromptTokens(chat, count) : certainTokens(context, count)
  const known = await windowOf(candidate, tokens + answer, context)
  const whole = { chat, warnings: [] }
  // Who asks for nothing to be cut is not refused by a guess at the window either: the provider knows it.
  if (!isCut && known === undefined) return whole
  const window = known ?? unknownWindow
  const unknown = known === undefined ? ` ${assumption(candidate)}` : ''
  if (window <= reserve) {
    const why = `reads ${window} tokens, and the answer alone may have ${reserve}.${unknown}`
    return contextLength(`${shown(candidate)} ${why}`, candidate)
  }
  const room = window - answer
  if (tokens <= room) return whole
  if (!isCut) return tooLong(tokens, room, candidate)
  const fit = fitRequest(chat, { tokens: room, count }, contextOverflow)
  if (!fit.fits) return tooLong(fit.tokens, room, candidate, unknown)
  if (fit.cut === undefined) return whole
  const warnings = known === undefined ? [windowWarning(candidate)] : []
  return { chat: fit.chat, warnings: [...warnings, cutWarning(fit.cut, candidate)] }
}

/**
 * The tokens that a prompt certainly has. The app's own count is believed. The built-in guess is not, since it may be too
 * high: half of it has to be too much.
 */
function certainTokens({ request, parts }: RequestContext, count: TokenCounter): number {
  const { chat } = request
  return parts.countTokens === undefined ? leastPromptTokens(chat) : estimatePromptTokens(chat, count)
}

/** What is at hand has answered after so many turns of the event loop's own queue. */
const instantTurns = 10

/** The window of a candidate. What fits any model waits for nothing to be loaded: only what is at hand can say otherwise. */
async function windowOf(
  candidate: Candidate,
  needed: number,
  context: RequestContext,
): Promise<number | undefined> {
  const lookup = context.parts.windowOf(candidate)
  if (needed > unknownWindow) return context.guard(lookup)
  let window: number | undefined
  lookup.then(
    (found) => {
      window = found
    },
    () => undefined, // one that cannot be found is not known
  )
  for (let turn = 0; turn < instantTurns; turn += 1) await undefined
  return window
}

/** Statuses with which providers refuse a prompt for its length. */
const refusals: ReadonlySet<number | undefined> = new Set([400, 413, 422])

/**
 * The request for a model that refused it as too long, cut harder, and a sentence on that. `undefined` where the refusal
 * is another, the caller allows no cut, or nothing more can be left out.
 */
export function cutAgain(
  { code, status }: ByokError,
  candidate: Candidate,
  refused: FittedRequest,
  context: RequestContext,
): { readonly fitted: FittedRequest; readonly note: string } | undefined {
  const { chat, contextOverflow } = context.request
  if (code !== 'context-length' || !refusals.has(status) || contextOverflow === 'error') return undefined
  const count = context.counterFor(nameOf(candidate))
  const harder = cutHarder(chat, refused.chat, count, contextOverflow)
  if (harder === undefined) return undefined
  const others = refused.warnings.filter((warning) => warning.code !== 'context-cut')
  return {
    fitted: { chat: harder.chat, warnings: [...others, cutWarning(harder.cut, candidate)] },
    note: `${shown(candidate)} refused the prompt as too long; it was asked again without ${leftOut(harder.cut)}.`,
  }
}

/** Nobody is shown an image who is known to be blind to it. */
async function withSight(
  fitted: FittedRequest,
  candidate: Candidate,
  context: RequestContext,
): Promise<FittedRequest | ByokError> {
  const { models, contenders } = context.parts.routing
  if (!showsImages(fitted.chat)) return fitted
  await context.guard(models.load())
  const { info } = contenders.find(candidate)
  if (isBlind(info)) {
    const message = `${shown(candidate)} has no vision, and the request shows an image. Name a model that sees, or \`auto\`.`
    const { provider, model } = candidate
    return new ByokError('invalid-request', message, { field: 'messages', provider, model })
  }
  if (info !== undefined) return fitted // what its row does not say, the plan has warned of
  const message = `Whether ${shown(candidate)} has vision is not known; it was shown an image all the same.`
  return { ...fitted, warnings: [...fitted.warnings, { code: 'ability-unknown', message }] }
}

function tooLong(tokens: number, room: number, candidate: Candidate, hint = ''): ByokError {
  const why = `It has at least ${tokens} tokens, where ${room} fit.${hint}`
  return contextLength(`The prompt is too long for ${shown(candidate)}. ${why}`, candidate)
}

function contextLength(message: string, { provider, model }: Candidate): ByokError {
  return new ByokError('context-length', message, { provider, model })
}

function cutWarning(cut: Cut, candidate: Candidate): Warning {
  const message = `To fit ${shown(candidate)}, ${leftOut(cut)} were left out of the prompt.`
  return { code: 'context-cut', message, option: 'contextOverflow' }
}

function windowWarning(candidate: Candidate): Warning {
  return { code: 'window-assumed', message: assumption(candidate) }
}

function assumption(candidate: Candidate): string {
  return `The window of ${shown(candidate)} is not known, and was taken to be ${unknownWindow} tokens.`
}

/** In numbers, never in words of the prompt. */
function leftOut({ messages, texts, characters }: Cut): string {
  const parts = [
    ...(messages > 0 ? [`${messages} old ${messages === 1 ? 'message' : 'messages'}`] : []),
    ...(texts > 0
      ? [`${characters} characters from the middle of ${texts} ${texts === 1 ? 'text' : 'texts'}`]
      : []),
  ]
  return parts.join(' and ')
}

function shown(candidate: Candidate): string {
  return visibleName(nameOf(candidate), 200)
}
