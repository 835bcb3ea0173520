import type { ReactNode } from 'react'
import { classes } from '@/design/classes'

export const CHIP =
  'inline-flex h-6 shrink-0 items-center gap-1.5 rounded-full px-2.5 text-[12px] font-medium whitespace-nowrap'

export type ChipTone = 'good' | 'caution' | 'bad' | 'accent' | 'quiet'

const TONES: Record<ChipTone, string> = {
  good: 'bg-good-soft text-good',
  caution: 'bg-caution-soft text-caution',
  bad: 'bg-bad-soft text-bad',
  accent: 'bg-accent-soft text-accent',
  quiet: 'bg-sunken text-ink-2',
}

/** A state in a word or two. */
export function Chip({ tone, children }: { tone: ChipTone; children: ReactNode }) {
  return <span className={classes(CHIP, TONES[tone])}>{children}</span>
}
