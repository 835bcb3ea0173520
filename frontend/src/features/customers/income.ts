import type { DeclaredIncome, Incomes } from '@/features/customers/types'

export interface Held extends DeclaredIncome {
  /** The day from which another holds; null while it holds. */
  until: string | null
}

/** What was said, the newest first, each with the day on which the next took its place. */
export function heldOver({ holds, before }: Incomes): Held[] {
  const all = holds === null ? before : [holds, ...before]
  return all.map((one, index) => ({ ...one, until: all[index - 1]?.valid_from ?? null }))
}

/** By how much the newest differs from the one before it, as a share of that; null where there is nothing to compare. */
export function changeOf([newest, former]: readonly DeclaredIncome[]): number | null {
  if (!newest || !former || former.monthly.currency !== newest.monthly.currency) return null
  return former.monthly.amount_minor === 0 ? null : newest.monthly.amount_minor / former.monthly.amount_minor - 1
}
