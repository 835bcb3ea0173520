import { Box } from '@/design/box'
import { classes } from '@/design/classes'
import { Meter } from '@/design/meter'
import type { Dispute } from '@/features/held/types'
import { MomentChip } from '@/features/office/urgency-chip'
import { useOffice } from '@/features/office/words'
import { toMs } from '@/lib/time'
import { useNow } from '@/lib/use-now'

const STEP_MS = 60_000

/** Both clocks of a dispute, from the report: which runs, and how far it is. */
export function DisputeClocks({ of }: { of: Dispute }) {
  const { t, date, hourMinute } = useOffice()
  const nowMs = useNow(STEP_MS)
  const fromMs = toMs(of.reported_at)
  const clocks = [
    { name: 'analysis', at: of.analysis_due_at },
    { name: 'refund', at: of.refund_due_at },
  ] as const
  return (
    <Box title={t('dispute.clocks')}>
      <dl className="grid gap-4 sm:grid-cols-2">
        {clocks.map(({ name, at }) => {
          const isRunning = of.due_at === at
          const ratio = (nowMs - fromMs) / (toMs(at) - fromMs)
          const tone = of.urgency === 'late' ? 'bad' : of.urgency === 'warning' ? 'caution' : 'accent'
          return (
            <div key={name} className="grid gap-1.5">
              <dt className="flex min-h-6 items-center justify-between gap-2">
                <span className={classes('font-medium', isRunning ? 'text-ink' : 'text-ink-3')}>
                  {t(`dispute.clock.${name}`)}
                </span>
                {isRunning && of.urgency !== null && <MomentChip at={at} urgency={of.urgency} />}
              </dt>
              <dd className="grid gap-1.5">
                <Meter ratio={isRunning ? ratio : 0} tone={tone} />
                <span className="text-[12px] text-ink-3 tabular">
                  {t('dispute.clock.until', { on: `${date(toMs(at))}, ${hourMinute(toMs(at))}` })}
                </span>
              </dd>
            </div>
          )
        })}
      </dl>
    </Box>
  )
}
