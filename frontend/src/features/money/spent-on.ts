import { CATEGORIES, type Category } from '@/features/accounts/types'

/** Money that changes its place or comes back is not spent, as insight/spending.py has it. */
const NOT_SPENT: ReadonlySet<Category> = new Set<Category>([
  'own_accounts',
  'savings',
  'opening',
  'adjustments',
  'exchange',
  'salary',
  'refunds',
])

/** What a budget may be for. */
export const SPENT_ON: readonly Category[] = CATEGORIES.filter((category) => !NOT_SPENT.has(category))
