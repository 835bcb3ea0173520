import { expect, test } from 'vitest'
import { bandOf, knows95, lineOf, reachOf, topOf, totalOf } from '@/features/forecasts/bands'
import type { Band } from '@/features/forecasts/types'

const band = (expected: number): Band => ({
  expected_minor: expected,
  low_80_minor: expected - 10,
  high_80_minor: expected + 10,
  low_95_minor: expected - 20,
  high_95_minor: expected + 20,
})
const NET = [band(0), band(20)]
const BOX = { width: 100, height: 60 }

test('the picture holds every band, and nothing at all', () => {
  expect(reachOf(NET)).toEqual({ low: -20, high: 40 })
  expect(reachOf([band(50), band(50)])).toEqual({ low: 0, high: 70 })
  expect(reachOf([])).toEqual({ low: 0, high: 1 })
})

test('the line goes from the first day at the left to the last at the right', () => {
  expect(lineOf(NET, BOX, reachOf(NET))).toBe('M0.0 40.0L100.0 20.0')
  expect(lineOf(NET.slice(0, 1), BOX, { low: -20, high: 40 })).toBe('M50.0 40.0')
})

test('a band goes along its upper edge and back along the lower one', () => {
  expect(bandOf(NET, 80, BOX, reachOf(NET))).toBe('M0.0 30.0L100.0 10.0L100.0 30.0L0.0 50.0Z')
  expect(bandOf(NET, 95, BOX, reachOf(NET))).toBe('M0.0 20.0L100.0 0.0L100.0 40.0L0.0 60.0Z')
})

test('where only 80 of a hundred cases are known, nothing is said of 95', () => {
  const known = NET.map(({ expected_minor, low_80_minor, high_80_minor }) => ({
    expected_minor,
    low_80_minor,
    high_80_minor,
  }))
  expect(knows95(NET)).toBe(true)
  expect(knows95(known)).toBe(false)
  expect(reachOf(known)).toEqual({ low: -10, high: 30 })
})

test('nothing stands where it is between what is more and what is less', () => {
  expect(topOf(0, { low: -20, high: 40 })).toBeCloseTo(2 / 3)
})

test('days add up', () => {
  expect(totalOf(NET)).toBe(20)
})
