// What an encoded request has to say about itself: options left out, and history that had to be adapted.

import type { Warning } from '../../core/warning.js'

/** Collects the warnings of one request. */
export class EncodingNotes {
  readonly warnings: Warning[] = []

  /** An option that cannot be honoured, or only in part. */
  unsupported(option: string, message: string): void {
    this.warnings.push({ code: 'unsupported-option', message, option })
  }

  /** History that stands in the request in another form. Said once, however often it happened. */
  adapted(message: string): void {
    if (!this.warnings.some((warning) => warning.message === message)) {
      this.warnings.push({ code: 'history-adapted', message })
    }
  }

  /** The output limit was not known. */
  assumedLimit(message: string): void {
    this.warnings.push({ code: 'output-limit-assumed', message, option: 'maxTokens' })
  }
}
