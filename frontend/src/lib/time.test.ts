import { expect, test } from 'vitest'
import { startOfDayMs, toMs } from '@/lib/time'

test('a day begins at midnight where the reader is', () => {
  expect(startOfDayMs(Date.parse('2025-11-24T23:30:00-03:00'))).toBe(Date.parse('2025-11-24T00:00:00-03:00'))
  expect(startOfDayMs(Date.parse('2025-11-24T00:00:00-03:00'))).toBe(Date.parse('2025-11-24T00:00:00-03:00'))
})

test('an instant is the same in text and in milliseconds', () => {
  expect(toMs('2025-11-24T16:00:00Z')).toBe(toMs(Date.UTC(2025, 10, 24, 16)))
})
