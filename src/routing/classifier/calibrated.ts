// The classifier with the cuts that an app wants.

import type { Classification, ClassifierQuestion } from '../../core/classification.js'
import type { RoutingPolicy } from '../policy.js'
import { Classifier } from './classify.js'
import { type Cuts, cutsFor, TrafficCuts } from './cuts.js'

/** Classifies by the classifier's own cuts, or by those at which the app's share of requests counts as strong. */
export class CalibratedClassifier {
  readonly #classifier = new Classifier()
  readonly #strongShare: number | undefined
  readonly #traffic: TrafficCuts | undefined
  #cuts: Cuts | undefined

  constructor({
    strongShare,
    isShareFromTraffic,
  }: Pick<RoutingPolicy, 'strongShare' | 'isShareFromTraffic'>) {
    this.#strongShare = strongShare
    this.#traffic = isShareFromTraffic ? new TrafficCuts() : undefined
  }

  /** How hard a request is. Changes nothing. */
  classify(question: ClassifierQuestion, inputTokens?: number): Classification {
    if (this.#strongShare !== undefined)
      this.#cuts ??= this.#traffic?.cuts(this.#strongShare) ?? cutsFor(this.#strongShare)
    return this.#classifier.classify(question, { cuts: this.#cuts, inputTokens })
  }

  /** A request was made that was so hard: where the cuts follow the app's own traffic, they move. */
  note({ levelScore }: Classification): void {
    if (this.#traffic === undefined) return
    this.#traffic.observe(levelScore)
    this.#cuts = undefined
  }
}
