// Checks a delta of an adapter from outside: that someone calls it a delta is all that is known of it.

import type { Delta } from '../core/delta.js'
import { ProviderError } from '../core/errors.js'
import type { FinishReason } from '../core/finish-reason.js'
import { isTokenCount, type Usage } from '../core/usage.js'

type Fields = Readonly<Record<string, unknown>>

const finishReasons: Readonly<Record<FinishReason, true>> = {
  stop: true,
  length: true,
  tool_calls: true,
  content_filter: true,
}

const buckets: Readonly<Record<keyof Usage, true>> = {
  input: true,
  cacheRead: true,
  cacheWrite: true,
  cacheWrite1h: true,
  audioInput: true,
  imageInput: true,
  output: true,
  reasoning: true,
  audioOutput: true,
  imageOutput: true,
}

/** The delta itself, if it is one. Throws a `ProviderError` `invalid-response` that names the field at fault. */
export function checkDelta(delta: unknown): Delta {
  const fields = objectOf(delta, 'delta')
  const kind = fields.type as Delta['type'] // whatever else it is ends in the default
  switch (kind) {
    case 'start':
      checkOptionalText(fields, 'id', 'model', 'servedBy')
      break
    case 'text':
    case 'refusal':
      checkText(fields, 'text')
      break
    case 'reasoning':
      checkOptionalText(fields, 'text', 'signature', 'redacted', 'id', 'format')
      checkOptional(fields, 'block', isTokenCount, 'a whole number from 0')
      break
    case 'tool-call-delta':
      checkOptional(fields, 'index', isTokenCount, 'a whole number from 0')
      checkOptionalText(fields, 'id', 'name', 'arguments', 'signature')
      checkOptional(fields, 'kind', isCallKind, '"function" or "custom"')
      break
    case 'usage':
      checkUsage(objectOf(fields.usage, 'usage'))
      checkOptional(fields, 'reportedUsd', isAmount, 'an amount from 0')
      break
    case 'confidence':
      checkNeeded(fields, 'tokens', isTokenCount, 'a whole number from 0')
      checkNeeded(fields, 'logprobSum', isLogarithm, 'a number up to 0')
      break
    case 'finish':
      checkFinish(fields.reason)
      checkOptionalText(fields, 'raw')
      break
    case 'warning': {
      const warning = objectOf(fields.warning, 'warning')
      checkText(warning, 'code')
      checkText(warning, 'message')
      checkOptionalText(warning, 'option')
      break
    }
    case 'repair':
      checkText(fields, 'repair')
      break
    case 'progress':
      break
    default: {
      kind satisfies never
      throw refused(`the unknown type ${shown(kind)}`)
    }
  }
  return delta as Delta // every field was checked
}

function checkUsage(usage: Fields): void {
  for (const bucket of Object.keys(usage)) {
    if (!Object.hasOwn(buckets, bucket)) throw refused(`the unknown usage bucket ${shown(bucket)}`)
    checkOptional(usage, bucket, isTokenCount, 'a whole number from 0')
  }
}

function checkFinish(reason: unknown): void {
  if (typeof reason === 'string' && Object.hasOwn(finishReasons, reason)) return
  throw refused(
    `the finish reason ${shown(reason)}, which is none of ${Object.keys(finishReasons).join(', ')}`,
  )
}

function checkText(fields: Fields, name: string): void {
  if (!isText(fields[name])) throw refused(`a \`${name}\` that is no text`)
}

function checkOptionalText(fields: Fields, ...names: readonly string[]): void {
  for (const name of names) checkOptional(fields, name, isText, 'text')
}

function checkOptional(
  fields: Fields,
  name: string,
  isRight: (value: unknown) => boolean,
  expected: string,
): void {
  if (fields[name] !== undefined) checkNeeded(fields, name, isRight, expected)
}

function checkNeeded(
  fields: Fields,
  name: string,
  isRight: (value: unknown) => boolean,
  expected: string,
): void {
  const value = fields[name]
  if (!isRight(value)) throw refused(`the \`${name}\` ${shown(value)}, which is not ${expected}`)
}

function objectOf(value: unknown, name: string): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields // just checked
  throw refused(`a ${name} that is no object`)
}

function isText(value: unknown): boolean {
  return typeof value === 'string'
}

function isCallKind(value: unknown): boolean {
  return value === 'function' || value === 'custom'
}

function isLogarithm(value: unknown): boolean {
  return typeof value === 'number' && Number.isFinite(value) && value <= 0
}

function isAmount(value: unknown): boolean {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0
}

/** Enough of a value to find it by. */
function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 40))
  return typeof value === 'number' ? String(value) : `of type ${typeof value}`
}

function refused(what: string): ProviderError {
  return new ProviderError('invalid-response', `The adapter yielded ${what}.`)
}
