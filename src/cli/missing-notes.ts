// What a report says where there are no attempts, and about those that are in none of its sums.

import { visibleName } from '../core/visible-text.js'
import { attemptsText, countText } from './amounts.js'
import type { ReportData } from './report.js'

/** What is said where there is no attempt to show. */
export function emptyNote({ tenant, isTenantKnown }: ReportData): string {
  return tenant === undefined || isTenantKnown
    ? 'No attempts in this period.'
    : `There is no tenant "${visibleName(tenant)}" in this journal.`
}

/** A sentence for each kind of attempt that is missing, none where all is there. */
export function missingNotes({ underWay, damagedLines }: ReportData): readonly string[] {
  const notes: string[] = []
  if (underWay > 0) {
    const are = underWay === 1 ? 'is' : 'are'
    notes.push(`${attemptsText(underWay)} ${are} under way, or broken off, and not in these sums yet.`)
  }
  if (damagedLines > 0) {
    const lines = damagedLines === 1 ? '1 line' : `${countText(damagedLines)} lines`
    notes.push(`${lines} of the journal cannot be read: what stood there is missing.`)
  }
  return notes
}
