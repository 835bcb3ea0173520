import { describe, expect, test } from 'vitest'
import { caughtShare, cheapest, comparisons, judged, noonOf, saved, stoppedOf } from '@/features/risk/report'
import type { Outcome } from '@/features/risk/types'

const RECORDED: Outcome = {
  allowed: 900,
  reviewed: 60,
  challenged: 10,
  denied: 30,
  frauds_stopped: 40,
  frauds_stopped_minor: 4_000_000,
  frauds_missed_minor: 900_000,
  false_alarms: 60,
  honest_denied: 5,
  customers_stopped: 80,
  cost_minor: 1_200_000,
}
const PROPOSED: Outcome = { ...RECORDED, reviewed: 80, frauds_stopped: 44, false_alarms: 71, cost_minor: 1_000_000 }

describe('recorded beside proposed', () => {
  const rows = comparisons({ recorded: RECORDED, proposed: PROPOSED })
  const row = (name: string) => rows.find((one) => one.name === name)

  test('what was stopped is all that was not allowed', () => {
    expect(stoppedOf(RECORDED)).toBe(100)
    expect(row('stopped')).toMatchObject({ recorded: 100, proposed: 120 })
  })

  test('more frauds stopped is good, more false alarms are bad, more reviews are neither', () => {
    const said = ['frauds_stopped', 'false_alarms', 'reviewed', 'denied'].map((name) => {
      const found = row(name)
      return found && judged(found)
    })
    expect(said).toEqual(['good', 'bad', 'same', 'same'])
  })

  test('what costs less is saved', () => {
    expect(saved({ recorded: RECORDED, proposed: PROPOSED })).toBe(200_000)
    expect(saved({ recorded: PROPOSED, proposed: RECORDED })).toBe(-200_000)
  })
})

test('the cheapest threshold is the first of the lowest costs', () => {
  const point = (review_from: number, cost_minor: number) => ({
    review_from,
    cost_minor,
    stopped: 0,
    frauds_stopped: 0,
  })
  expect(cheapest([point(0, 9), point(0.1, 3), point(0.2, 3), point(1, 7)])?.review_from).toBe(0.1)
  expect(cheapest([])).toBeNull()
})

test('a slice without fraud has no share of it', () => {
  expect(caughtShare({ frauds: 0 }, 0)).toBeNull()
  expect(caughtShare({ frauds: 4 }, 3)).toBe(0.75)
})

test('a calendar day stays that day here', () => {
  expect(new Date(noonOf('2026-11-24')).getDate()).toBe(24)
})
