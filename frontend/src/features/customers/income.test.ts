import { expect, test } from 'vitest'
import { changeOf, heldOver } from '@/features/customers/income'
import type { DeclaredIncome } from '@/features/customers/types'

const income = (version: number, amount_minor: number, valid_from: string, currency = 'BRL'): DeclaredIncome => ({
  version,
  monthly: { amount_minor, currency },
  source: 'payslip',
  declared_on: valid_from,
  valid_from,
  kept_by: 'user:1',
  kept_at: `${valid_from}T13:00:00Z`,
})
const NEW = income(3, 900_000, '2025-11-24')
const OLD = income(2, 600_000, '2025-03-02')
const FIRST = income(1, 0, '2024-01-10')

test('each income held until the next one did', () => {
  const held = heldOver({ customer_id: 'c1', holds: NEW, before: [OLD, FIRST] })
  expect(held.map(({ version, until }) => [version, until])).toEqual([
    [3, null],
    [2, '2025-11-24'],
    [1, '2025-03-02'],
  ])
  expect(heldOver({ customer_id: 'c1', holds: null, before: [] })).toEqual([])
})

test('a change is told against what was said before, and not of nothing or of another currency', () => {
  expect(changeOf([NEW, OLD])).toBe(0.5)
  expect(changeOf([OLD, FIRST])).toBeNull()
  expect(changeOf([NEW])).toBeNull()
  expect(changeOf([NEW, income(2, 600_000, '2025-03-02', 'USD')])).toBeNull()
})
