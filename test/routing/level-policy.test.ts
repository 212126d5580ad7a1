// Which level a request is answered at.

import { describe, expect, it } from 'vitest'
import type { Classification } from '../../src/core/classification.js'
import type { Level, TaskType } from '../../src/core/level.js'
import { decideLevel, type LevelQuestion } from '../../src/routing/level-policy.js'

function classified(level: Level, taskType: TaskType = 'general', taskTypeConfidence = 1): Classification {
  return {
    level,
    taskType,
    taskTypeConfidence,
    score: 0.5,
    levelScore: 0.5,
    confidence: 1,
    reasons: [],
    inputTokens: 10,
  }
}

function decide(question: Partial<LevelQuestion> & { classification: Classification }) {
  return decideLevel({ asked: {}, tenant: undefined, taskTypeConfidence: 0.5, ...question })
}

describe('the level', () => {
  it("is the request's own, whatever the tenant's bounds (TR1)", () => {
    const tenant = { level: 'moderate', maxLevel: 'moderate' } as const
    expect(decide({ asked: { level: 'advanced' }, tenant, classification: classified('simple') })).toEqual({
      level: 'advanced',
      source: 'request',
    })
  })

  it("else the tenant's, within its bounds (TR1)", () => {
    const classification = classified('advanced')
    expect(decide({ tenant: { level: 'moderate' }, classification })).toEqual({
      level: 'moderate',
      source: 'tenant',
    })
    expect(decide({ tenant: { level: 'simple', minLevel: 'complex' }, classification }).level).toBe('complex')
  })

  it("else the classifier's, within the tenant's bounds (TR1)", () => {
    const tenant = { minLevel: 'moderate', maxLevel: 'complex' } as const
    const levelFor = (level: Level) => decide({ tenant, classification: classified(level) })
    expect(levelFor('simple')).toEqual({ level: 'moderate', source: 'classifier' })
    expect(levelFor('complex').level).toBe('complex')
    expect(levelFor('advanced').level).toBe('complex')
  })

  it.each<[TaskType, Level, Level]>([
    ['code', 'simple', 'moderate'],
    ['reasoning', 'simple', 'moderate'],
    ['math', 'simple', 'moderate'],
    ['code', 'advanced', 'advanced'],
    ['chat', 'advanced', 'moderate'],
    ['chat', 'simple', 'simple'],
    ['web', 'simple', 'simple'],
    ['creative', 'advanced', 'advanced'],
  ])('moves with the guess that it is %s: from %s to %s (TR3)', (taskType, from, to) => {
    expect(decide({ classification: classified(from, taskType) }).level).toBe(to)
  })

  it('moves only from a confidence of a half on, or as the app says (TR3)', () => {
    const levelAt = (confidence: number, least: number) =>
      decide({ classification: classified('simple', 'code', confidence), taskTypeConfidence: least }).level
    expect(levelAt(0.5, 0.5)).toBe('moderate')
    expect(levelAt(0.49, 0.5)).toBe('simple')
    expect(levelAt(0.5, 0.6)).toBe('simple')
  })

  it('does not move where the caller has said what the work is: the classifier knew it (TR3)', () => {
    const classification = classified('simple', 'code')
    expect(decide({ asked: { taskType: 'code' }, classification }).level).toBe('simple')
  })
})
