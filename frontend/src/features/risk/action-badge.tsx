import { classes } from '@/design/classes'
import { VERDICT_LOOKS } from '@/features/decisions/verdict'
import { useRisk } from '@/features/risk/words'
import type { Verdict } from '@/lib/api-types'

/** What a rule does; a decision's verdict says what was done. */
export function ActionBadge({ action }: { action: Verdict }) {
  const { t } = useRisk()
  const { icon: Icon, chip } = VERDICT_LOOKS[action]
  return (
    <span
      className={classes(
        'inline-flex h-6 items-center gap-1.5 rounded-full px-2 text-[12px] font-medium whitespace-nowrap',
        action === 'allow' ? 'bg-good-soft text-good' : chip,
      )}
    >
      <Icon size={13} strokeWidth={2.25} aria-hidden />
      {t(`risk.action.${action}`)}
    </span>
  )
}
