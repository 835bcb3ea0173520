import { describe, expect, it } from 'vitest'
import { until, untilDay, untilParts } from '@/features/office/until'

const HOUR_MS = 3_600_000

describe('how long there is', () => {
  it('is told in the unit that says most, never as more than there is', () => {
    expect(untilParts(167.9 * HOUR_MS)).toEqual([6, 'day'])
    expect(untilParts(71.9 * HOUR_MS)).toEqual([71, 'hour'])
    expect(untilParts(1.9 * HOUR_MS)).toEqual([114, 'minute'])
    expect(untilParts(59_000)).toEqual([0, 'minute'])
  })

  it('is told of what has passed too', () => {
    expect(until(-3 * HOUR_MS, 'en')).toBe('3 hr. ago')
    expect(untilParts(-99 * HOUR_MS)).toEqual([-5, 'day'])
    expect(until(5 * HOUR_MS, 'en')).toBe('in 5 hr.')
  })

  it('counts days from one calendar day to another', () => {
    expect(untilDay('2026-03-08', '2026-03-08', 'en')).toBe('today')
    expect(untilDay('2026-03-09', '2026-03-08', 'en')).toBe('tomorrow')
    expect(untilDay('2026-02-26', '2026-03-08', 'en')).toBe('10 days ago')
  })
})
