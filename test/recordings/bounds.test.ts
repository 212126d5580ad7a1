// BU2 over recorded calls: what is held for a prompt is never less than what its provider billed.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { isByokError } from '../../src/core/errors.js'
import type { ChatRequest } from '../../src/core/request.js'
import { promptTokenBound } from '../../src/cost/bound.js'
import { absenceNotice, recordingsFolder } from './cases.js'

type Json = Readonly<Record<string, unknown>>

function object(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {} // an object has string keys
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}
