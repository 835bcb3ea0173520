import { describe, expect, it } from 'vitest'
import { stepOf, until, untilDay, untilParts } from '@/features/office/until'

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

  it('is told by the second in the last hour, and in the first one after', () => {
    expect(until(41 * 60_000 + 9_999, 'en')).toBe('in 41:09 min.')
    expect(until(59_999, 'en')).toBe('in 0:59 min.')
    expect(until(61_000, 'pt-BR')).toBe('em 1:01 min.')
    expect(until(-125_000, 'en')).toBe('2:05 min. ago')
    expect(until(HOUR_MS, 'en')).toBe('in 60 min.')
  })

  it('is told anew every second when a moment is within the hour, and rarely otherwise', () => {
    expect(stepOf(5 * HOUR_MS, 2 * HOUR_MS)(0)).toBe(30_000)
    expect(stepOf(5 * HOUR_MS, HOUR_MS)(0)).toBe(1_000)
    expect(stepOf()(0)).toBe(30_000)
  })

  it('counts days from one calendar day to another', () => {
    expect(untilDay('2026-03-08', '2026-03-08', 'en')).toBe('today')
    expect(untilDay('2026-03-09', '2026-03-08', 'en')).toBe('tomorrow')
    expect(untilDay('2026-02-26', '2026-03-08', 'en')).toBe('10 days ago')
  })
})
