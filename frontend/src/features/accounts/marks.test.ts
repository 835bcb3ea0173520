import { describe, expect, test } from 'vitest'
import { moved, recategorised } from '@/features/accounts/marks'
import type { Movement, Spending } from '@/features/accounts/types'

const money = (minor: number) => ({ amount_minor: minor, currency: 'BRL' })

const movement = (id: string, minor: number, category = 'restaurants'): Movement => ({
  sequence: 1,
  transfer_id: id,
  // Still November in São Paulo.
  booked_at: '2025-12-01T02:30:00Z',
  value_at: '2025-12-01T02:30:00Z',
  amount: money(minor),
  balance_after: money(0),
  purpose: 'transfer',
  channel: 'card',
  category,
  category_by: 'code',
  description: null,
  note: null,
  counterparty: { account_id: id, kind: 'outside', name: null },
})

const row = (month: string, category: string, spent: number, count: number) => ({
  month,
  category,
  spent: money(spent),
  spent_count: count,
  received: money(0),
  received_count: 0,
})

const SPENDING: Spending = {
  items: [row('2025-11-01', 'restaurants', 900, 3), row('2025-12-01', 'restaurants', 500, 1)],
  as_of: null,
  next_cursor: null,
}

describe('a movement that is called otherwise', () => {
  test('is so on whichever page it stands, and nothing else changes', () => {
    const page = (...items: Movement[]) => ({ items, as_of: null, next_cursor: null })
    const before = { pages: [page(movement('a', -1)), page(movement('b', -2), movement('c', -3))], pageParams: [null] }
    const after = recategorised(before, 'b', 'leisure')
    expect(after.pages.flatMap(({ items }) => items.map(({ category }) => category))).toEqual([
      'restaurants',
      'leisure',
      'restaurants',
    ])
    expect(after.pages[1]?.items.map((item) => item.category_by)).toEqual(['holder', 'code'])
    expect(before.pages[1]?.items[0]?.category).toBe('restaurants')
  })

  test('is counted under its new category in the month of the bank’s calendar', () => {
    expect(moved(SPENDING, movement('a', -300), 'leisure').items).toEqual([
      row('2025-11-01', 'restaurants', 600, 2),
      row('2025-12-01', 'restaurants', 500, 1),
      row('2025-11-01', 'leisure', 300, 1),
    ])
  })

  test('that came in is counted among what was received', () => {
    const [before, , after] = moved(SPENDING, movement('a', 250), 'refunds').items
    expect(before?.received).toEqual(money(-250))
    expect(after).toMatchObject({ category: 'refunds', spent: money(0), received: money(250), received_count: 1 })
  })

  test('and back again leaves the sums as they were', () => {
    const there = moved(SPENDING, movement('a', -300), 'leisure')
    const back = moved(there, movement('a', -300, 'leisure'), 'restaurants')
    expect(back.items.filter(({ spent_count }) => spent_count > 0)).toEqual(SPENDING.items)
  })

  test('by the name that it has already changes no sum', () => {
    expect(moved(SPENDING, movement('a', -300), 'restaurants').items).toEqual(SPENDING.items)
  })
})
