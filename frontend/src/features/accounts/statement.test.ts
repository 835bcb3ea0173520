import { describe, expect, test } from 'vitest'
import { periodOf, statementPath } from '@/features/accounts/statement'

const TODAY = '2026-01-15'

describe('the period of a statement', () => {
  test.each([
    ['month', { from: '2026-01-01', to: '2026-01-16' }],
    ['lastMonth', { from: '2025-12-01', to: '2026-01-01' }],
    ['quarter', { from: '2025-10-18', to: '2026-01-16' }],
  ] as const)('%s ends before its last named day', (name, period) => {
    expect(periodOf(name, TODAY, '', '')).toEqual(period)
  })

  test('of one’s own takes both of its days, and is none where they are not in order', () => {
    expect(periodOf('custom', TODAY, '2025-11-24', '2025-11-24')).toEqual({ from: '2025-11-24', to: '2025-11-25' })
    expect(periodOf('custom', TODAY, '2025-11-24', '2025-11-23')).toBeNull()
    expect(periodOf('custom', TODAY, '', '2025-11-23')).toBeNull()
  })
})

test('a statement is asked for by the API’s own names', () => {
  expect(statementPath('a1', { from: '2025-11-01', to: '2025-12-01' }, 'camt053')).toBe(
    '/v1/accounts/a1/statement?from=2025-11-01&to=2025-12-01&format=camt053',
  )
})
