/** What is worked out of a trial's report before it is shown. */
import type { CurvePoint, Outcome, Report, Slice } from '@/features/risk/types'

/** What is read as better: fewer false alarms, more frauds stopped. */
export type Better = 'more' | 'less' | 'neither'
export type Unit = 'count' | 'money'

export interface Comparison {
  name: 'stopped' | keyof Outcome
  unit: Unit
  better: Better
  recorded: number
  proposed: number
}

/** Whatever was not allowed. */
export const stoppedOf = ({ reviewed, challenged, denied }: Outcome): number => reviewed + challenged + denied

/** How much less the proposal would have cost; below zero where it would have cost more. */
export const saved = ({ recorded, proposed }: Pick<Report, 'recorded' | 'proposed'>): number =>
  recorded.cost_minor - proposed.cost_minor

const COMPARED: readonly { name: keyof Outcome; unit: Unit; better: Better }[] = [
  { name: 'reviewed', unit: 'count', better: 'neither' },
  { name: 'challenged', unit: 'count', better: 'neither' },
  { name: 'denied', unit: 'count', better: 'neither' },
  { name: 'frauds_stopped', unit: 'count', better: 'more' },
  { name: 'frauds_stopped_minor', unit: 'money', better: 'more' },
  { name: 'frauds_missed_minor', unit: 'money', better: 'less' },
  { name: 'false_alarms', unit: 'count', better: 'less' },
  { name: 'honest_denied', unit: 'count', better: 'less' },
  { name: 'customers_stopped', unit: 'count', better: 'less' },
  { name: 'cost_minor', unit: 'money', better: 'less' },
]

/** Recorded beside proposed, a row a figure. */
export function comparisons({ recorded, proposed }: Pick<Report, 'recorded' | 'proposed'>): Comparison[] {
  return [
    {
      name: 'stopped',
      unit: 'count',
      better: 'neither',
      recorded: stoppedOf(recorded),
      proposed: stoppedOf(proposed),
    },
    ...COMPARED.map((row) => ({ ...row, recorded: recorded[row.name], proposed: proposed[row.name] })),
  ]
}

export type Judgement = 'good' | 'bad' | 'same'

export function judged({
  better,
  recorded,
  proposed,
}: Pick<Comparison, 'better' | 'recorded' | 'proposed'>): Judgement {
  if (better === 'neither' || recorded === proposed) return 'same'
  return proposed > recorded === (better === 'more') ? 'good' : 'bad'
}

/** The share of a slice's frauds that were stopped; null where there was none. */
export function caughtShare({ frauds }: Pick<Slice, 'frauds'>, stopped: number): number | null {
  return frauds === 0 ? null : stopped / frauds
}

/** The threshold at which the model alone costs least; null without a curve. */
export function cheapest(curve: readonly CurvePoint[]): CurvePoint | null {
  return curve.reduce<CurvePoint | null>(
    (least, point) => (least === null || point.cost_minor < least.cost_minor ? point : least),
    null,
  )
}

/** A calendar day of the API, such as 2026-11-24, as a moment that falls on it here. */
export const noonOf = (day: string): number => Date.parse(`${day}T12:00:00`)
