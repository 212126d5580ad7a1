// The rules set by hand: what kind of asking a turn is, and what makes it harder or easier, in steps of a level.

import type { DecidingFeature } from '../../core/classification.js'
import type { Sight } from './sight.js'

/** What surrounds the turn. */
export interface Surroundings {
  readonly tools: number
  readonly hasSchema: boolean
  readonly hasPictures: boolean
  readonly hasFiles: boolean
}

/** A sum of rules: levels begin at 0, 1, 2 and 3 points. */
export interface Judgement {
  readonly points: number
  readonly reasons: readonly DecidingFeature[]
  /** What is asked was recognised, and is not only guessed from its length. */
  readonly isRecognised: boolean
}

/** Where nothing is recognised. */
const unknownAsk = 1.2
const smallTalk = 0.15

/** Judges a turn by rules. */
export function judge(sight: Sight, around: Surroundings): Judgement {
  if (isSmallTalk(sight)) {
    const weight = smallTalk - unknownAsk
    return {
      points: smallTalk,
      reasons: [{ feature: sight.words === 0 ? 'asks nothing' : 'small talk', weight }],
      isRecognised: true,
    }
  }
  const asks = asksOf(sight, around)
  let main: Ask = asks[0] ?? {
    feature: 'no known kind of asking',
    points: sight.words <= 4 ? 0.9 : unknownAsk,
  }
  for (const ask of asks) if (ask.points > main.points) main = ask
  for (const ask of asks)
    if (ask.points > main.points || main.points === unknownAsk || main.points === 0.9) main = ask
  if (asks.length > 0) for (const ask of asks) if (ask.points > main.points) main = ask
  const reasons: DecidingFeature[] = [{ feature: main.feature, weight: main.points - unknownAsk }]
  let points = main.points
  for (const change of changesOf(sight, around, main.points, asks.length)) {
    points += change.weight
    reasons.push(change)
  }
  return { points: Math.min(3.9, Math.max(0.05, points)), reasons, isRecognised: asks.length > 0 }
}

/** A greeting, thanks, a farewell, and nothing more. */
export function isSmallTalk({
  words,
  tally,
  numbers,
  questionMarks,
  hasCode,
  hasData,
  inlineCode,
}: Sight): boolean {
  if (hasCode || hasData || inlineCode > 0) return false
  if (words === 0) return numbers === 0
  const phrases = tally.greeting + tally.thanks + tally.farewell
  if (phrases === 0 || words > 14 || questionMarks > 0 || numbers > 0) return false
  if (tally.thanks + tally.farewell > 0)
    return harder(tally) === 0 && tally.translate + tally.explain + tally.compare === 0
  return words <= phrases + 3 && harder(tally) === 0
}

function harder(tally: Sight['tally']): number {
  return (
    tally.proof +
    tally.design +
    tally.architecture +
    tally.security +
    tally.write +
    tally.analyse +
    tally.rework +
    tally.review +
    tally.solve +
    tally.summarise
  )
}

/** "Who wrote …?" asks for a fact, though it speaks of writing. */
function isShortQuestion({ tally, questionMarks, words }: Sight): boolean {
  return questionMarks > 0 && tally.fact > 0 && words <= 10 && tally.polite === 0
}

interface Ask {
  readonly feature: string
  readonly points: number
}

/** Every kind of asking that is seen, with the level it starts from. */
function asksOf(sight: Sight, around: Surroundings): Ask[] {
  const { tally } = sight
  const asks: Ask[] = []
  const add = (feature: string, points: number): void => {
    asks.push({ feature, points })
  }
  const hasMaterial = sight.hasCode || sight.hasData || sight.hasPassage || around.hasFiles
  const isCode =
    tally.language > 0 ||
    sight.hasCode ||
    (tally.code > 0 && tally.write + tally.design + tally.rework + tally.debug > 0)
  const isProse = tally.prose + tally.creative > 0 && (tally.write > 0 || tally.analyse === 0)
  const isPort = isCode && tally.translate > 0 && tally.language > 0
  const isText = (tally.translate > 0 && !isPort) || (tally.polishText > 0 && !isCode)

  if (isPort) add('asks to carry code over into another language', 2.05)
  else if (tally.translate > 0) add('asks for a translation', 0.5)
  if (tally.polishText > 0 && !isCode) add('asks to polish a text', 0.55)
  if (tally.extract > 0) add('asks to find something in a text', 0.6)
  if (tally.convert > 0)
    add('asks to convert', sight.hasData || (sight.hasPassage && sight.allWords > 60) ? 1.3 : 0.75)
  if (tally.list > 0) add('asks for a list', sight.words >= 12 ? 1.2 : 0.9)
  if (tally.summarise > 0) add('asks for a summary', 1.3)
  if (isText) return asks

  addQuestions(sight, hasMaterial, add)
  if (tally.howTo > 0) add('asks how to do something', sight.words <= 16 ? 0.65 : 1.1)
  else if (tally.how > 0) add('asks how something comes about', 1.35)
  if (tally.explain > 0) add('asks to explain', sight.hasCode ? 1.8 : 1.45)
  if (tally.compare > 0) add('asks to compare', 1.5)
  if (tally.recommend > 0) add('asks for advice', 1.25)
  if (tally.plan > 0) add('asks for a plan', 1.4)
  if ((tally.write > 0 || tally.creative > 0) && !isShortQuestion(sight)) add('asks to write', 1.4)
  if (isCode) addCode(sight, add)
  addMaths(sight, add)
  if (!isProse) addHard(sight, hasMaterial, isCode, add)
  else if (tally.form >= 2 && tally.constraint > 0) add('asks to write within a strict form', 2.3)
  return asks
}

function addQuestions(
  sight: Sight,
  hasMaterial: boolean,
  add: (feature: string, points: number) => void,
): void {
  const { tally, words, numbers } = sight
  if (tally.fact > 0 || (sight.questionMarks > 0 && words <= 30)) {
    const length = words <= 16 ? 0.6 : words <= 32 ? 0.85 : 1.15
    add('asks for a fact', sight.inlineCode > 0 ? 1.3 : hasMaterial ? 0.7 : length)
  }
  if (tally.why > 0) add('asks why', hasMaterial && !sight.hasPassage ? 2.2 : 1.35)
  if (
    numbers >= 2 &&
    (tally.fact > 0 || tally.solve > 0 || sight.questionMarks > 0) &&
    words >= 8 &&
    !hasMaterial
  )
    add('a word problem', numbers >= 7 ? 2.05 : numbers >= 4 ? 1.75 : 1.45)
}

function addCode(sight: Sight, add: (feature: string, points: number) => void): void {
  const { tally } = sight
  if (tally.debug > 0) add('asks to find a fault in code', sight.hasCode || tally.why > 0 ? 2.35 : 1.9)
  if (tally.rework > 0) add('asks to rework code', 2.35)
  if (tally.review > 0) add('asks to review code', 2.3)
  if (tally.write + tally.design > 0) {
    const isDetailed = sight.clauses >= 3 && sight.words >= 14
    add(isDetailed ? 'asks for code under several conditions' : 'asks for code', isDetailed ? 2.15 : 1.6)
  } else if (sight.hasCode) add('asks about code', tally.why > 0 ? 2.3 : 0.8)
  else if (tally.language > 0 && tally.why > 0) add('asks why code does what it does', 2.1)
  else if (tally.language > 0) add('asks about code', sight.words >= 12 ? 1.25 : 0.95)
}

function addMaths(sight: Sight, add: (feature: string, points: number) => void): void {
  const { tally, formulaSigns, numbers } = sight
  const isFormula = formulaSigns >= 1 || numbers >= 2
  const isQuestion = sight.questionMarks > 0 && sight.words >= 12
  if (
    tally.maths > 0 &&
    (isFormula || tally.solve > 0 || isQuestion || (tally.maths >= 2 && tally.explain === 0))
  ) {
    const isWorked =
      tally.depth + tally.why + tally.solve + tally.explain > 0 || tally.maths >= 2 || formulaSigns >= 3
    add('worked mathematics', isWorked || isQuestion ? 2.2 : 1.9)
  } else if (tally.maths > 0) add('mathematics', 1.3)
  if (
    sight.variables > 0 &&
    formulaSigns > 0 &&
    tally.maths + tally.solve + tally.depth + sight.variables > 1
  )
    add('works on a formula', 2.15)
  if (tally.puzzle >= 2) add('a logic puzzle', 2.3)
}

function addHard(
  sight: Sight,
  hasMaterial: boolean,
  isCode: boolean,
  add: (feature: string, points: number) => void,
): void {
  const { tally } = sight
  const isOrder = tally.design + tally.write > 0
  if (tally.proof > 0)
    add('asks for a proof', tally.fact > 0 && tally.maths + tally.expert === 0 ? 2.1 : 3.15)
  if (tally.analyse > 0) add('asks for an analysis', hasMaterial ? 2.3 : 2.05)
  if (tally.conflict > 0) add('asks about contradictions', hasMaterial || tally.why > 0 ? 2.35 : 1.7)
  if (tally.design > 0) {
    const systems = tally.architecture + tally.security + tally.expert
    if (systems >= 2 || (systems === 1 && tally.system > 0)) add('asks to design a system', 3.2)
    else if (systems === 1) add('asks to design a system', sight.words <= 8 ? 2.6 : 3.1)
    else add('asks for a design', tally.system > 0 && sight.words > 8 ? 2.2 : 1.7)
  }
  if (tally.plan > 0 && tally.expert > 0) add('asks for a research plan', tally.expert >= 2 ? 2.9 : 2.4)
  if (tally.architecture >= 2) add('about systems', isOrder || tally.architecture >= 4 ? 2.7 : 2.0)
  if (tally.security > 0) {
    const isReview = tally.review + tally.analyse > 0 || (isCode && tally.debug > 0)
    if (sight.hasCode || (isReview && tally.security >= 2)) add('asks for a security review', 3.15)
    else add('about security', tally.security >= 2 ? 2.0 : 1.3)
  }
  if (tally.review > 0 && !isCode) add('asks for a review', 1.5)
  if (tally.expert >= 2) add('about expert matters', 2.3)
}

/** What makes the same asking harder or easier. */
function changesOf(sight: Sight, around: Surroundings, base: number, kinds: number): DecidingFeature[] {
  const { tally } = sight
  const changes: DecidingFeature[] = []
  const add = (feature: string, weight: number): void => {
    changes.push({ feature, weight })
  }
  if (base >= 1.3) {
    if (tally.expert > 0) add('expert terms', Math.min(0.9, 0.45 * tally.expert))
    if (tally.depth > 0) add('asks for depth', Math.min(0.4, 0.25 * tally.depth))
    if (tally.constraint >= 2) add('conditions that must hold', tally.constraint >= 4 ? 0.4 : 0.25)
    if (sight.clauses >= 4) add('several parts', sight.clauses >= 7 ? 0.4 : 0.2)
    if (sight.bullets >= 4) add('a list of demands', 0.25)
    if (tally.expertDomain > 0 && base >= 1.5) add('a field with costly mistakes', 0.2)
    if (kinds >= 4) add('asks for several things', 0.2)
  }
  const isSmallPiece =
    tally.tiny > 0 || (tally.write > 0 && tally.prose + tally.creative === 0) || base === unknownAsk
  if (tally.easy + tally.tiny > 0 && base < 2.5)
    add('asks for something short or plain', isSmallPiece ? -0.6 : -0.3)
  if (around.hasPictures && sight.words > 0) add('a picture to look at', 0.1)
  if (around.tools > 0) add('tools are offered', 0.15)
  if (around.hasSchema) add('an output schema', 0.1)
  return changes
}
