import { describe, expect, test } from 'vitest'
import { medianMinor, placesOf, stoppedCount } from '@/features/decisions/history'

const seen = (id: string, day: number, amount_minor: number, currency = 'BRL') => ({
  transaction_id: id,
  event_time: `2025-11-${String(day).padStart(2, '0')}T12:00:00Z`,
  amount: { amount_minor, currency },
  verdict: amount_minor > 10_000 ? ('deny' as const) : ('allow' as const),
})

describe('a customer’s decisions', () => {
  test('stand by their time, and by the logarithm of their amount', () => {
    const places = placesOf([seen('new', 21, 100_000), seen('mid', 11, 1_000), seen('old', 1, 10)])
    expect(places.map(({ id, x }) => [id, x])).toEqual([
      ['new', 1],
      ['mid', 0.5],
      ['old', 0],
    ])
    expect(places.map(({ y }) => Number(y.toFixed(6)))).toEqual([1, 0.5, 0])
  })

  test('stand in the middle where there is one alone', () => {
    expect(placesOf([seen('one', 1, 500)])).toEqual([{ id: 'one', verdict: 'allow', x: 0.5, y: 0.5 }])
  })

  test('have a middle amount, of one currency alone', () => {
    expect(medianMinor([seen('a', 1, 100), seen('b', 2, 900), seen('c', 3, 300)], 'BRL')).toBe(300)
    expect(medianMinor([seen('a', 1, 100), seen('b', 2, 301), seen('c', 3, 9, 'USD')], 'BRL')).toBe(201)
    expect(medianMinor([seen('c', 3, 9, 'USD')], 'BRL')).toBeNull()
  })

  test('were stopped where they were not allowed', () => {
    expect(stoppedCount([seen('a', 1, 100), seen('b', 2, 90_000)])).toBe(1)
  })
})
