import { describe, expect, test } from 'vitest'
import { measureOf, scaleOf } from '@/features/models/measures'

const METRICS = { average_precision: 0.7, average_precision_low: 0.66, average_precision_high: 0.75, brier: 0.001 }

describe('a figure of a training', () => {
  test('comes with its interval where one was measured', () => {
    expect(measureOf(METRICS, 'average_precision')).toEqual({ value: 0.7, interval: { low: 0.66, high: 0.75 } })
    expect(measureOf(METRICS, 'brier')).toEqual({ value: 0.001, interval: null })
  })

  test('is null where it was not measured, never zero', () => {
    expect(measureOf(METRICS, 'auc')).toBeNull()
  })
})

test('a scale holds every interval, with room at both ends', () => {
  const { from, to } = scaleOf([measureOf(METRICS, 'average_precision'), null, { value: 0.8, interval: null }])
  expect(from).toBeLessThan(0.66)
  expect(to).toBeGreaterThan(0.8)
  expect(scaleOf([{ value: 0.5, interval: null }])).toEqual({ from: 0.44, to: 0.56 })
})
