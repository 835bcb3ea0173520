import { classes } from '@/design/classes'

type Tone = 'good' | 'caution' | 'bad' | 'accent'

const TONES: Record<Tone, string> = {
  good: 'bg-good-mark',
  caution: 'bg-caution-mark',
  bad: 'bg-bad-mark',
  accent: 'bg-accent',
}

/** A ratio from 0 to 1 on a rail. The figure stands beside it in words, so this is hidden from assistive technology. */
export function Meter({ ratio, tone, className }: { ratio: number; tone: Tone; className?: string }) {
  const bounded = Math.min(1, Math.max(0, ratio))
  return (
    <span aria-hidden className={classes('block h-1.5 overflow-hidden rounded-full bg-sunken', className)}>
      <span
        className={classes(
          'block h-full origin-left rounded-full transition-transform duration-200 ease-out',
          TONES[tone],
        )}
        style={{ transform: `scaleX(${bounded})` }}
      />
    </span>
  )
}

export function toneOf(probability: number): Tone {
  if (probability >= 0.8) return 'bad'
  return probability >= 0.4 ? 'caution' : 'good'
}
