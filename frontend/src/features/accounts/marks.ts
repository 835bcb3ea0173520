/** What changes on the page the moment somebody calls a movement otherwise, before the API has answered. */
import type { InfiniteData } from '@tanstack/react-query'
import { BANK_ZONE } from '@/features/accounts/statement'
import type { Category, Movement, MovementPage, Spending, SpendingRow } from '@/features/accounts/types'
import { dayIn, monthOf } from '@/lib/days'
import { toMs } from '@/lib/time'

export type MovementPages = InfiniteData<MovementPage, string | null>

/** The same pages with one movement under another category. */
export function recategorised(pages: MovementPages, transferId: string, category: Category): MovementPages {
  const items = (page: MovementPage) =>
    page.items.map((item) =>
      item.transfer_id === transferId ? { ...item, category, category_by: 'holder' as const } : item,
    )
  return { ...pages, pages: pages.pages.map((page) => ({ ...page, items: items(page) })) }
}

const isOf = (row: SpendingRow, month: string, category: string) => row.month === month && row.category === category

/** A row with a movement more, or one less. */
function counted(row: SpendingRow, { amount }: Movement, by: 1 | -1): SpendingRow {
  const minor = by * Math.abs(amount.amount_minor)
  const add = (money: SpendingRow['spent']) => ({ ...money, amount_minor: money.amount_minor + minor })
  return amount.amount_minor < 0
    ? { ...row, spent: add(row.spent), spent_count: row.spent_count + by }
    : { ...row, received: add(row.received), received_count: row.received_count + by }
}

/** The same sums with one movement counted under another category of its month. */
export function moved(spending: Spending, movement: Movement, category: Category): Spending {
  if (category === movement.category) return spending
  const month = monthOf(dayIn(BANK_ZONE, toMs(movement.booked_at)))
  const nothing = { amount_minor: 0, currency: movement.amount.currency }
  const fresh = { month, category, spent: nothing, spent_count: 0, received: nothing, received_count: 0 }
  const rows = spending.items.some((row) => isOf(row, month, category)) ? spending.items : [...spending.items, fresh]
  const items = rows.map((row) => {
    if (isOf(row, month, category)) return counted(row, movement, 1)
    return isOf(row, month, movement.category) ? counted(row, movement, -1) : row
  })
  return { ...spending, items }
}
