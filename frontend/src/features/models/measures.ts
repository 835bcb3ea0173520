/** What a version's training was judged by, of what the registry calls metrics. */
export interface Measure {
  value: number
  /** The 95% interval; null where none was measured. */
  interval: { low: number; high: number } | null
}

export type MeasureName = 'average_precision' | 'auc' | 'recall_at_alert_share' | 'expected_calibration_error' | 'brier'

interface Shown {
  name: MeasureName
  better: 'more' | 'less'
  /** A share is told in per cent, the others as they are, with so many digits. */
  share: boolean
  digits: number
}

/** In the order in which they are shown. */
export const MEASURES: readonly Shown[] = [
  { name: 'average_precision', better: 'more', share: false, digits: 3 },
  { name: 'auc', better: 'more', share: false, digits: 4 },
  { name: 'recall_at_alert_share', better: 'more', share: true, digits: 1 },
  { name: 'expected_calibration_error', better: 'less', share: false, digits: 5 },
  { name: 'brier', better: 'less', share: false, digits: 5 },
]

/** Null for what a version was not judged by. */
export function measureOf(metrics: Readonly<Record<string, number>>, name: MeasureName): Measure | null {
  const value = metrics[name]
  if (value === undefined) return null
  const [low, high] = [metrics[`${name}_low`], metrics[`${name}_high`]]
  return { value, interval: low === undefined || high === undefined ? null : { low, high } }
}

const MARGIN = 0.12

export interface Scale {
  from: number
  to: number
}

/** A stretch that holds every value and interval, with some room at both ends; the whole from 0 to 1 where there is nothing. */
export function scaleOf(measures: readonly (Measure | null)[]): Scale {
  const ends = measures.flatMap((one) =>
    one ? [one.value, one.interval?.low ?? one.value, one.interval?.high ?? one.value] : [],
  )
  if (ends.length === 0) return { from: 0, to: 1 }
  const [least, most] = [Math.min(...ends), Math.max(...ends)]
  const room = (most - least || Math.abs(most) || 1) * MARGIN
  return { from: least - room, to: most + room }
}
