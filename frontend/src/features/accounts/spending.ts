/** What left an account, by month and by what it was for. */
import type { SpendingRow } from '@/features/accounts/types'
import { monthOf } from '@/lib/days'

const MONTHS = 12

export interface CategorySum {
  category: string
  spentMinor: number
  count: number
}

export interface Month {
  /** Its first day. */
  month: string
  spentMinor: number
  receivedMinor: number
  /** Only those that money went to, most first. */
  categories: CategorySum[]
}

function monthFrom(month: string, rows: readonly SpendingRow[]): Month {
  const sum = (of: (row: SpendingRow) => number) => rows.reduce((total, row) => total + of(row), 0)
  return {
    month,
    spentMinor: sum(({ spent }) => spent.amount_minor),
    receivedMinor: sum(({ received }) => received.amount_minor),
    categories: rows
      .filter(({ spent }) => spent.amount_minor > 0)
      .map(({ category, spent, spent_count }) => ({ category, spentMinor: spent.amount_minor, count: spent_count }))
      .sort((one, other) => other.spentMinor - one.spentMinor),
  }
}

/** Months in a row up to the last that is known, oldest first; one without movements is there, and empty. */
export function monthsOf(rows: readonly SpendingRow[]): Month[] {
  const names = rows.map(({ month }) => month).sort()
  const [first, last] = [names[0], names.at(-1)]
  if (first === undefined || last === undefined) return []
  return Array.from({ length: MONTHS }, (_, index) => monthOf(last, index - MONTHS + 1))
    .filter((month) => month >= first)
    .map((month) =>
      monthFrom(
        month,
        rows.filter((row) => row.month === month),
      ),
    )
}
