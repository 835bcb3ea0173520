import { expect, test } from 'vitest'
import { ceilingOf, pathOf, placeOf } from '@/features/risk/curve'

const point = (review_from: number, cost_minor: number) => ({ review_from, cost_minor, stopped: 0, frauds_stopped: 0 })
const CURVE = [point(0, 1_000), point(0.25, 40), point(1, 100)]

test('a threshold stands at the root of its probability', () => {
  expect([0, 0.01, 0.25, 1].map(placeOf)).toEqual([0, 0.1, 0.5, 1])
})

test('what reviewing everything costs does not flatten the rest', () => {
  expect(ceilingOf(CURVE)).toBe(150)
  expect(ceilingOf(CURVE, [400])).toBe(600)
  expect(ceilingOf([point(0, 50), point(1, 60)])).toBe(60)
  expect(ceilingOf([])).toBe(1)
})

test('the path begins at the ceiling where the curve is above it', () => {
  expect(pathOf(CURVE, { width: 100, height: 10, ceiling: 200 })).toBe('M0.0 0.0L50.0 8.0L100.0 5.0')
})
