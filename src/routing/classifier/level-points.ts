// The points that the levels are cut from: the rules', moved a little by the trained score.

/** The trained score moves by so many points at the most: too little for a level of its own. */
const mostTrained = 0.12

/** Everyday prompts are shorter than the questions of the training data, and lie so far below their mean. */
const everydayMean = -0.8

/** How far the trained score, in spreads from its mean, moves the points of a turn that asks something. */
export function trainedShift(spreads: number, asksSomething: boolean): number {
  return asksSomething ? mostTrained * Math.max(-1, Math.min(1, (spreads - everydayMean) / 2)) : 0
}

/** The points of a turn, from 0 to 4: a level each. */
export function levelPoints(rulePoints: number, spreads: number, asksSomething: boolean): number {
  return Math.min(4, Math.max(0, rulePoints + trainedShift(spreads, asksSomething)))
}
