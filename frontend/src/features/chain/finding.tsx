import { Check, Minus, X, type LucideIcon } from 'lucide-react'
import { classes } from '@/design/classes'
import type { Finding } from '@/features/chain/signatures'
import { useChain } from '@/features/chain/words'

const LOOKS: Record<Finding, { icon: LucideIcon; look: string }> = {
  holds: { icon: Check, look: 'bg-good-soft text-good' },
  fails: { icon: X, look: 'bg-bad-soft text-bad' },
  unknown: { icon: Minus, look: 'bg-caution-soft text-caution' },
}

/** A tick, a cross, or the sign of what this browser cannot check; said in words to a screen reader. */
export function FindingMark({ finding, large = false }: { finding: Finding; large?: boolean }) {
  const { t } = useChain()
  const { icon: Icon, look } = LOOKS[finding]
  return (
    <span
      title={t(`chain.finding.${finding}`)}
      data-finding={finding}
      className={classes('grid shrink-0 place-items-center rounded-full', look, large ? 'size-9' : 'size-6')}
    >
      <Icon size={large ? 19 : 14} strokeWidth={2.25} aria-hidden />
      <span className="sr-only">{t(`chain.finding.${finding}`)}</span>
    </span>
  )
}
