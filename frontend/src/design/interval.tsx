import { classes } from '@/design/classes'

type IntervalLook = 'accent' | 'quiet' | 'good' | 'bad'

const LOOKS: Record<IntervalLook, { dot: string; line: string }> = {
  accent: { dot: 'bg-accent', line: 'bg-accent/45' },
  quiet: { dot: 'bg-ink-3', line: 'bg-ink-3/45' },
  good: { dot: 'bg-good-mark', line: 'bg-good-mark/50' },
  bad: { dot: 'bg-bad-mark', line: 'bg-bad-mark/50' },
}

interface IntervalProps {
  value: number
  low: number
  high: number
  /** What the rail's ends stand for. */
  from: number
  to: number
  look: IntervalLook
}

/** A value on a rail, with the interval that it lies in. The figures stand beside it in words, so this is for the eye alone. */
export function Interval({ value, low, high, from, to, look }: IntervalProps) {
  const place = (at: number) => `${100 * Math.min(1, Math.max(0, (at - from) / (to - from)))}%`
  const { dot, line } = LOOKS[look]
  return (
    <span aria-hidden className="relative block h-3">
      <span
        className={classes('absolute top-1/2 h-1 -translate-y-1/2 rounded-full', line)}
        style={{ left: place(low), right: `calc(100% - ${place(high)})` }}
      />
      <span
        className={classes('absolute top-1/2 size-2.5 -translate-1/2 rounded-full ring-2 ring-surface', dot)}
        style={{ left: place(value) }}
      />
    </span>
  )
}
