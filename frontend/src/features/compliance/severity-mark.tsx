import { classes } from '@/design/classes'
import type { Severity } from '@/features/compliance/types'
import { useCompliance } from '@/features/compliance/words'

const MARKS: Record<Severity, string> = {
  report: 'bg-accent',
  high: 'bg-bad-mark',
  medium: 'bg-caution-mark',
  low: 'bg-ink-3',
}

export function SeverityMark({ severity }: { severity: Severity }) {
  const { t } = useCompliance()
  return (
    <span className="inline-flex items-center gap-1.5 text-[12px] whitespace-nowrap text-ink-2">
      <span aria-hidden className={classes('size-1.5 rounded-full', MARKS[severity])} />
      {t(`scenarios.severity.${severity}`)}
    </span>
  )
}
