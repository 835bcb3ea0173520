import { expect, test } from 'vitest'
import { monthsOf } from '@/features/accounts/spending'

const money = (minor: number) => ({ amount_minor: minor, currency: 'BRL' })
const row = (month: string, category: string, spent: number, received = 0) => ({
  month,
  category,
  spent: money(spent),
  spent_count: 1,
  received: money(received),
  received_count: received > 0 ? 1 : 0,
})

test('months stand in a row, each with what money went to, most first', () => {
  const months = monthsOf([
    row('2025-11-01', 'fuel', 100),
    row('2025-11-01', 'home', 900),
    row('2025-11-01', 'salary', 0, 5_000),
    row('2025-09-01', 'fuel', 50),
  ])
  expect(months.map(({ month, spentMinor }) => [month, spentMinor])).toEqual([
    ['2025-09-01', 50],
    ['2025-10-01', 0],
    ['2025-11-01', 1_000],
  ])
  expect(months[2]?.receivedMinor).toBe(5_000)
  expect(months[2]?.categories.map(({ category }) => category)).toEqual(['home', 'fuel'])
})

test('more than a year is shown as its last twelve months, and nothing as none', () => {
  const months = monthsOf([row('2024-01-01', 'fuel', 1), row('2025-11-01', 'fuel', 1)])
  expect([months.length, months[0]?.month, months.at(-1)?.month]).toEqual([12, '2024-12-01', '2025-11-01'])
  expect(monthsOf([])).toEqual([])
})
