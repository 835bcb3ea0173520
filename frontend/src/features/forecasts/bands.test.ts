import { expect, test } from 'vitest'
import { bandOf, lineOf, reachOf, topOf, totalOf } from '@/features/forecasts/bands'
import type { Band, ForecastDay } from '@/features/forecasts/types'

const band = (expected: number): Band => ({
  expected_minor: expected,
  low_80_minor: expected - 10,
  high_80_minor: expected + 10,
  low_95_minor: expected - 20,
  high_95_minor: expected + 20,
})
const day = (name: string, net: number): ForecastDay => ({
  day: name,
  inflow: band(50),
  outflow: band(50 - net),
  net: band(net),
})
const DAYS = [day('2025-11-25', 0), day('2025-11-26', 20)]
const BOX = { width: 100, height: 60 }

test('the picture holds every band, and nothing at all', () => {
  expect(reachOf(DAYS, 'net')).toEqual({ low: -20, high: 40 })
  expect(reachOf(DAYS, 'inflow')).toEqual({ low: 0, high: 70 })
  expect(reachOf([], 'net')).toEqual({ low: 0, high: 1 })
})

test('the line goes from the first day at the left to the last at the right', () => {
  expect(lineOf(DAYS, 'net', BOX, reachOf(DAYS, 'net'))).toBe('M0.0 40.0L100.0 20.0')
  expect(lineOf(DAYS.slice(0, 1), 'net', BOX, { low: -20, high: 40 })).toBe('M50.0 40.0')
})

test('a band goes along its upper edge and back along the lower one', () => {
  expect(bandOf(DAYS, 'net', 80, BOX, reachOf(DAYS, 'net'))).toBe('M0.0 30.0L100.0 10.0L100.0 30.0L0.0 50.0Z')
  expect(bandOf(DAYS, 'net', 95, BOX, reachOf(DAYS, 'net'))).toBe('M0.0 20.0L100.0 0.0L100.0 40.0L0.0 60.0Z')
})

test('nothing stands where it is between what is more and what is less', () => {
  expect(topOf(0, { low: -20, high: 40 })).toBeCloseTo(2 / 3)
})

test('days add up', () => {
  expect(totalOf(DAYS, 'net')).toBe(20)
  expect(totalOf(DAYS, 'inflow')).toBe(100)
})
