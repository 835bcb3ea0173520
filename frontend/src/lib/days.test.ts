import { describe, expect, test } from 'vitest'
import { dayAfter, dayBefore, dayIn, dayPlus, isDay, monthOf } from '@/lib/days'

describe('a day', () => {
  test('is one of the calendar, and nothing else', () => {
    expect(['2025-11-24', '2024-02-29'].filter(isDay)).toEqual(['2025-11-24', '2024-02-29'])
    expect(['2025-02-29', '2025-13-01', '2025-1-1', '24/11/2025', ''].filter(isDay)).toEqual([])
  })

  test('has one after and one before it, over ends of months and years', () => {
    expect(dayAfter('2024-02-28')).toBe('2024-02-29')
    expect(dayBefore('2026-01-01')).toBe('2025-12-31')
    expect(dayPlus('2025-11-24', -89)).toBe('2025-08-27')
  })

  test('lies in a month, which others precede and follow', () => {
    expect(monthOf('2026-01-31')).toBe('2026-01-01')
    expect(monthOf('2026-01-31', -1)).toBe('2025-12-01')
    expect(monthOf('2025-12-05', 1)).toBe('2026-01-01')
  })

  test('is not the same everywhere', () => {
    const ms = Date.parse('2025-12-01T02:30:00Z')
    expect(dayIn('America/Sao_Paulo', ms)).toBe('2025-11-30')
    expect(dayIn('UTC', ms)).toBe('2025-12-01')
  })
})
