/** The geometry of days to come: a line of what is expected within its bands. */
import type { Band } from '@/features/forecasts/types'

/** What is expected of a day, and between what it lies in 80 of a hundred cases, and in 95 where that is known. */
export type Expected = Omit<Band, 'low_95_minor' | 'high_95_minor'> & Partial<Band>
export type Level = 80 | 95

export interface Box {
  width: number
  height: number
}

export interface Reach {
  low: number
  high: number
}

function edgesOf(band: Expected, level: Level): [number, number] {
  const { low_80_minor: low, high_80_minor: high } = band
  return level === 95 ? [band.low_95_minor ?? low, band.high_95_minor ?? high] : [low, high]
}

export const knows95 = (bands: readonly Expected[]): boolean => bands.some((band) => band.high_95_minor !== undefined)

/** What the picture holds from bottom to top, in minor units: every band, and nothing at all. */
export function reachOf(bands: readonly Expected[]): Reach {
  const low = Math.min(0, ...bands.map((band) => edgesOf(band, 95)[0]))
  const high = Math.max(0, ...bands.map((band) => edgesOf(band, 95)[1]))
  return high > low ? { low, high } : { low: 0, high: 1 }
}

/** How far from the top an amount stands, from 0 to 1. */
export const topOf = (amountMinor: number, { low, high }: Reach): number => (high - amountMinor) / (high - low)

const placeOf = (index: number, count: number, { width }: Box) =>
  count > 1 ? (index * width) / (count - 1) : width / 2

function line(amounts: readonly number[], box: Box, reach: Reach): string[] {
  return amounts.map((amount, index) => {
    const x = placeOf(index, amounts.length, box)
    return `${x.toFixed(1)} ${(topOf(amount, reach) * box.height).toFixed(1)}`
  })
}

/** The line of what is expected, as an SVG path. */
export function lineOf(bands: readonly Expected[], box: Box, reach: Reach): string {
  const amounts = bands.map((band) => band.expected_minor)
  return `M${line(amounts, box, reach).join('L')}`
}

/** The band of a level, as an SVG path: along its upper edge, and back along the lower one. */
export function bandOf(bands: readonly Expected[], level: Level, box: Box, reach: Reach): string {
  const [lows, highs] = [0, 1].map((side) => bands.map((band) => edgesOf(band, level)[side] ?? 0)) as [
    number[],
    number[],
  ]
  return `M${[...line(highs, box, reach), ...line(lows, box, reach).reverse()].join('L')}Z`
}

/** What all days together are expected to come to, in minor units. */
export const totalOf = (bands: readonly Expected[]): number => bands.reduce((sum, band) => sum + band.expected_minor, 0)
