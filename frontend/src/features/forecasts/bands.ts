/** The geometry of days to come: a line of what is expected within two bands. */
import type { Band, Flow, ForecastDay } from '@/features/forecasts/types'

export interface Box {
  width: number
  height: number
}

export interface Reach {
  low: number
  high: number
}

/** What the picture holds from bottom to top, in minor units: every band, and nothing at all. */
export function reachOf(days: readonly ForecastDay[], flow: Flow): Reach {
  const low = Math.min(0, ...days.map((day) => day[flow].low_95_minor))
  const high = Math.max(0, ...days.map((day) => day[flow].high_95_minor))
  return high > low ? { low, high } : { low: 0, high: 1 }
}

/** How far from the top an amount stands, from 0 to 1. */
export const topOf = (amountMinor: number, { low, high }: Reach): number => (high - amountMinor) / (high - low)

const placeOf = (index: number, count: number, { width }: Box) =>
  count > 1 ? (index * width) / (count - 1) : width / 2

function line(days: readonly ForecastDay[], box: Box, reach: Reach, of: (day: ForecastDay) => number): string[] {
  return days.map((day, index) => {
    const x = placeOf(index, days.length, box)
    return `${x.toFixed(1)} ${(topOf(of(day), reach) * box.height).toFixed(1)}`
  })
}

/** The line of what is expected, as an SVG path. */
export const lineOf = (days: readonly ForecastDay[], flow: Flow, box: Box, reach: Reach): string =>
  `M${line(days, box, reach, (day) => day[flow].expected_minor).join('L')}`

/** The band of a level, as an SVG path: along its upper edge, and back along the lower one. */
export function bandOf(days: readonly ForecastDay[], flow: Flow, level: 80 | 95, box: Box, reach: Reach): string {
  const high: keyof Band = `high_${level}_minor`
  const low: keyof Band = `low_${level}_minor`
  const upper = line(days, box, reach, (day) => day[flow][high])
  const lower = line(days, box, reach, (day) => day[flow][low])
  return `M${[...upper, ...lower.reverse()].join('L')}Z`
}

/** What all days together are expected to come to, in minor units. */
export const totalOf = (days: readonly ForecastDay[], flow: Flow): number =>
  days.reduce((sum, day) => sum + day[flow].expected_minor, 0)
