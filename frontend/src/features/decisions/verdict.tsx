import { Ban, Check, Eye, KeyRound, type LucideIcon } from 'lucide-react'
import { classes } from '@/design/classes'
import type { Verdict } from '@/lib/api-types'
import { useI18n } from '@/lib/i18n'

interface Look {
  icon: LucideIcon
  chip: string
  mark: string
}

/** One colour a meaning; what is allowed stays quiet, so that the rest is seen. */
export const VERDICT_LOOKS: Record<Verdict, Look> = {
  allow: { icon: Check, chip: 'text-ink-2', mark: 'bg-good-mark' },
  review: { icon: Eye, chip: 'bg-caution-soft text-caution', mark: 'bg-caution-mark' },
  step_up: { icon: KeyRound, chip: 'bg-caution-soft text-caution', mark: 'bg-caution-faint' },
  deny: { icon: Ban, chip: 'bg-bad-soft text-bad', mark: 'bg-bad-mark' },
}

export function VerdictBadge({ verdict }: { verdict: Verdict }) {
  const { t } = useI18n()
  const { icon: Icon, chip } = VERDICT_LOOKS[verdict]
  return (
    <span
      className={classes(
        'inline-flex h-6 items-center gap-1.5 rounded-full text-[12px] font-medium whitespace-nowrap',
        verdict === 'allow' ? 'pl-0.5' : 'px-2',
        chip,
      )}
    >
      <Icon size={13} strokeWidth={2.25} aria-hidden className={verdict === 'allow' ? 'text-good' : undefined} />
      {t(`verdict.${verdict}`)}
    </span>
  )
}
