// What the classifier promises about levels and kinds of work.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ClassifierQuestion } from '../../../src/core/classification.js'
import { type Level, levels, type TaskType, taskTypes } from '../../../src/core/level.js'
import type { Message, Tool } from '../../../src/core/message.js'
import { Classifier } from '../../../src/routing/classifier/classify.js'
import { csvRows, jsonObject, loginCode, meetingNotes, plainFunction, sourceFile } from './material.js'
import { laterPrompts, paraphrases } from './paraphrases.js'
import { probes } from './probes.js'
import { translations } from './translations.js'

const classifier = new Classifier()

function classify(prompt: string, more: Partial<ClassifierQuestion> = {}) {
  return classifier.classify({ messages: [{ role: 'user', content: prompt }], ...more })
}

function placeOf(level: Level): number {
  return levels.indexOf(level)
}

function talk(...turns: string[]): Message[] {
  return turns.map((content, at) => ({ role: at % 2 === 0 ? 'user' : 'assistant', content }))
}

function tool(name: string): Tool {
  return { type: 'function', function: { name } }
}

const proof = 'Prove that the sum of two odd integers is even.'

describe('a classification', () => {
  it('holds level, kind of work, scores, confidence, reasons and tokens, and is the same each time (CL1)', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 400 }), (prompt) => {
        const first = classify(prompt)
        expect(new Classifier().classify({ messages: [{ role: 'user', content: prompt }] })).toEqual(first)
        expect(levels).toContain(first.level)
        expect(taskTypes).toContain(first.taskType)
        for (const share of [first.score, first.levelScore, first.confidence, first.taskTypeConfidence]) {
          expect(share).toBeGreaterThanOrEqual(0)
          expect(share).toBeLessThanOrEqual(1)
        }
        expect(Number.isInteger(first.inputTokens)).toBe(true)
        const weights = first.reasons.map(({ weight }) => Math.abs(weight))
        expect(weights).toEqual([...weights].sort((one, other) => other - one))
        expect(weights.length).toBeLessThanOrEqual(6)
      }),
      { numRuns: 40 },
    )
  })

  it('names what decided, the weightiest first (CL1)', () => {
    const { reasons, confidence } = classify(proof)
    expect(reasons[0]).toMatchObject({ feature: 'asks for a proof' })
    expect(reasons[0]?.weight).toBeGreaterThan(0.3)
    expect(confidence).toBeGreaterThan(0)
  })

  it('says nothing of the prompt itself (CL1)', () => {
    expect(JSON.stringify(classify('Translate my secret word zanzibarite into Dutch.'))).not.toMatch(
      /zanzibarite/,
    )
  })

  it('is not raised by ordinary words that also occur in code (CL2)', () => {
    const words = 'let return class import print final global public function static void object string'
    const plain = classify('Correct the spelling: my brother is coming home on Friday').levelScore
    expect(classify(`Correct the spelling: ${words} on Friday`).levelScore).toBeLessThanOrEqual(plain + 0.03)
    for (const word of words.split(' '))
      expect(classify(`What rhymes with the word ${word} in a song?`).level).toBe('simple')
  })

  it.each([
    ['a source file', sourceFile(300)],
    ['meeting notes', meetingNotes(4_000)],
    ['JSON', jsonObject(200)],
    ['a table', csvRows(400)],
    ['code that logs in', loginCode(200)],
  ])('judges an easy question apart from %s pasted before or after it (CL3)', (_, material) => {
    for (const prompt of [
      `${material}\n\nIn which language is this?`,
      `In which language is this?\n\n${material}`,
    ])
      expect(classify(prompt).level).toBe('simple')
  })

  it('judges an order apart from the text that it is about (CL3)', () => {
    expect(classify(`Translate into German: ${proof}`).level).toBe('simple')
    expect(classify(`Translate into German.\n\n${proof}`).level).toBe('simple')
    expect(classify(`${proof}\n\nTranslate this into German.`).level).toBe('simple')
    expect(classify(`How many words are in "${proof}"?`).level).toBe('simple')
    expect(classify(`> ${proof}\n\nWho said this?`).level).toBe('simple')
  })

  it('raises no level for length alone, and a short question can be advanced (CL4)', () => {
    const question = 'On which date do they meet?'
    const levelsSeen = [200, 2_000, 20_000].map(
      (words) => classify(`${meetingNotes(words)}\n\n${question}`).level,
    )
    expect(new Set(levelsSeen)).toEqual(new Set(['simple']))
    expect(classify('Prove Lagrange’s theorem.').level).toBe('advanced')
  })

  it('counts the tokens of everything, whatever is read (CL4, CL9)', () => {
    expect(classify('a'.repeat(400_000)).inputTokens).toBe(100_010)
    expect(classify('漢'.repeat(300)).inputTokens).toBe(310)
  })

  it('takes the number of tokens that the caller has counted (CL9)', () => {
    const question = { messages: [{ role: 'user' as const, content: 'Hello' }] }
    expect(classifier.classify(question, { inputTokens: 77 }).inputTokens).toBe(77)
  })

  it.each([
    'yes',
    'Yes please!',
    'ok, go ahead',
    'sí, adelante',
    'ja, mach das',
    '好的，请继续',
    'はい、お願いします',
    'да, продолжай',
    'نعم تابع',
  ])('%s takes the level of what it answers (CL5)', (answer) => {
    const messages = talk(proof, 'Shall I use induction?', answer)
    expect(classifier.classify({ messages }).level).toBe('advanced')
  })

  it('a short answer to a question that the assistant asked back takes that level (CL5)', () => {
    const messages = talk(proof, 'By contradiction or directly?', 'directly')
    expect(classifier.classify({ messages }).level).toBe('advanced')
  })

  it('says yes to what was asked three turns ago, over other words of agreement (CL5)', () => {
    const messages = talk(proof, 'Directly?', 'yes', 'In full?', 'ok', 'Shall I start?', 'go ahead')
    expect(classifier.classify({ messages }).level).toBe('advanced')
  })

  it.each([
    'thanks!',
    'Great, thank you, bye',
    'ok thanks',
    'gracias, adiós',
    '谢谢，再见',
    'merci beaucoup !',
    'спасибо, пока',
  ])('a closing %s is simple, whatever went before (CL5)', (closing) => {
    const messages = talk(proof, 'Done. Anything else?', closing)
    expect(classifier.classify({ messages }).level).toBe('simple')
  })

  it('a new easy question after a hard one is easy (CL5)', () => {
    const messages = talk(proof, 'Here it is: …', 'What is the capital of Chile?')
    expect(classifier.classify({ messages }).level).toBe('simple')
  })

  it('tools and an output schema move the score up a little (CL5)', () => {
    const plain = classify('Describe the weather in Oslo.').levelScore
    expect(
      classify('Describe the weather in Oslo.', { tools: [tool('get_weather')] }).levelScore,
    ).toBeGreaterThan(plain)
    const responseFormat = { type: 'json_object' } as const
    expect(classify('Describe the weather in Oslo.', { responseFormat }).levelScore).toBeGreaterThan(plain)
  })

  it('a tool’s answer does not change what the user asked (CL5)', () => {
    const asked = classify(proof).level
    const messages: Message[] = [
      { role: 'user', content: proof },
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: '1', type: 'function', function: { name: 'f', arguments: '{}' } }],
      },
      { role: 'tool', tool_call_id: '1', content: 'thanks' },
    ]
    expect(classifier.classify({ messages }).level).toBe(asked)
  })

  it('an empty prompt, with a picture or without, is simple, as is no message at all (CL6)', () => {
    const picture = { type: 'image_url', image_url: { url: 'https://example.com/cat.png' } } as const
    expect(classifier.classify({ messages: [{ role: 'user', content: [picture] }] }).level).toBe('simple')
    expect(classify('  \n ').level).toBe('simple')
    expect(classifier.classify({ messages: [] }).level).toBe('simple')
  })

  it.each(translations)('$English: every language lies within one level (CL6)', (languages) => {
    const english = placeOf(classify(languages.English ?? '').level)
    for (const [language, prompt] of Object.entries(languages))
      expect(Math.abs(placeOf(classify(prompt).level) - english), language).toBeLessThanOrEqual(1)
  })

  it('case does not matter, and a polite opening does not lower the level (CL6)', () => {
    for (const prompt of [proof, ...(probes.complex.English ?? []), ...(probes.simple.English ?? [])]) {
      if (prompt.includes('```')) continue
      expect(placeOf(classify(prompt.toUpperCase()).level), prompt).toBe(placeOf(classify(prompt).level))
    }
    for (const opening of ['Hello! Could you please ', 'Hi, would you kindly '])
      expect(classify(`${opening}${proof.charAt(0).toLowerCase()}${proof.slice(1)}`).level).toBe('advanced')
  })

  it('a kind of work that the caller names moves by one level at the most (CL7)', () => {
    const prompts = Object.values(probes).flatMap((languages) => languages.English ?? [])
    const raising: TaskType[] = ['code', 'analysis', 'reasoning', 'agentic']
    for (const prompt of prompts) {
      const plain = placeOf(classify(prompt).level)
      for (const taskType of taskTypes) {
        const steps = placeOf(classify(prompt, { taskType }).level) - plain
        const isLowering = taskType === 'chat' || taskType === 'general'
        expect(steps, `${taskType}: ${prompt}`).toBeLessThanOrEqual(raising.includes(taskType) ? 1 : 0)
        expect(steps, `${taskType}: ${prompt}`).toBeGreaterThanOrEqual(isLowering ? -1 : 0)
      }
    }
  })

  it('a named kind of work moves by one level also where the cuts lie close together (CL7)', () => {
    const cuts = { moderate: 0.2, complex: 0.21, advanced: 0.22 }
    const question = { messages: [{ role: 'user' as const, content: 'What is the capital of Peru?' }] }
    expect(classifier.classify(question, { cuts }).level).toBe('simple')
    expect(classifier.classify({ ...question, taskType: 'code' }, { cuts }).level).toBe('moderate')
  })

  it('a named kind of work is sure (CL7)', () => {
    expect(classify('hello', { taskType: 'creative' })).toMatchObject({
      taskType: 'creative',
      taskTypeConfidence: 1,
    })
  })
})

const hail = 'My neighbour grows apples, and the hail came early this year.'
const poem = (about: string): string => `Write a poem about ${about}.`

describe('the kind of work', () => {
  it.each<[TaskType, string, string]>([
    ['translation', 'an order to translate', 'Translate into Spanish: the shop is closed.'],
    ['summarizing', 'notes to sum up', `Summarise these notes.\n\n${meetingNotes(300)}`],
    ['code', 'a function to write', 'Write a TypeScript function that merges two sorted arrays.'],
    ['code', 'a function that fails', `${plainFunction(20)}\nWhy does this fail?`],
    ['math', 'an equation', 'Solve 3x + 5 = 20 for x and compute x^2.'],
    ['reasoning', 'a proof', 'Prove that there is no largest even number.'],
    ['creative', 'a poem', 'Write a poem about the autumn sea.'],
    ['analysis', 'models to compare', 'Analyse and compare the two pricing models.'],
    ['question-answering', 'a fact', 'Who invented the telephone?'],
    ['chat', 'a greeting', 'hello there!'],
    ['extraction', 'dates to extract', 'Extract all dates from the text: born 1 May 1990, moved 3 June 2001'],
  ])('is guessed as %s, surely enough to act on, from %s (TR3)', (taskType, _, prompt) => {
    const guess = classify(prompt)
    expect(guess.taskType).toBe(taskType)
    expect(guess.taskTypeConfidence).toBeGreaterThanOrEqual(0.5)
  })

  it('is told by the names of offered tools (TR3)', () => {
    const prompt = 'Find out about the new tram line.'
    expect(classify(prompt, { tools: [tool('web_search'), tool('browse_page')] }).taskType).toBe('web')
    expect(classify(prompt, { tools: [tool('runPython'), tool('edit_file')] }).taskType).toBe('code')
  })

  it('follows three equal guesses in a conversation where the words say little (TR3)', () => {
    const turns = talk(poem('rain'), 'Done.', poem('snow'), 'Done.', poem('fog'), 'Done.', hail)
    const habit = classifier.classify({ messages: turns })
    expect(habit.taskType).toBe('creative')
    const mixed = talk(poem('rain'), 'Done.', 'Who is the mayor?', 'Ana.', poem('fog'), 'Done.', hail)
    expect(classifier.classify({ messages: mixed }).taskType).not.toBe('creative')
  })

  it('does not follow them where the words are clear (TR3)', () => {
    const code = 'Write a Python function that reverses a list, with a unit test.'
    const turns = talk(poem('rain'), 'Done.', poem('snow'), 'Done.', poem('fog'), 'Done.', code)
    expect(classifier.classify({ messages: turns }).taskType).toBe('code')
  })
})

describe('our own prompts', () => {
  it('get the level that people give them: 9 of 10 exactly, none two levels off', () => {
    const ours = levels.flatMap((level) =>
      Object.values(probes[level])
        .flat()
        .map((prompt) => [level, prompt] as const),
    )
    let count = 0
    let off = 0
    for (const [level, prompt] of [...ours, ...paraphrases, ...laterPrompts]) {
      const distance = Math.abs(placeOf(classify(prompt).level) - placeOf(level))
      expect(distance, prompt.slice(-80)).toBeLessThanOrEqual(1)
      count += 1
      if (distance > 0) off += 1
    }
    expect(count).toBeGreaterThanOrEqual(150)
    expect(off / count).toBeLessThan(0.1)
  })
})
