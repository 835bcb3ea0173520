import { useEffect, useRef } from 'react'
import { Link } from 'react-router'
import { Button } from '@/design/button'
import { Chip, type ChipTone } from '@/design/chip'
import { classes } from '@/design/classes'
import { CopyValue } from '@/design/copy-value'
import { Meter } from '@/design/meter'
import { Person } from '@/features/session/person'
import { useBlocking } from '@/features/held/blocks'
import { FourEyes } from '@/features/held/four-eyes'
import { PaymentLinks } from '@/features/held/payment-links'
import { ProblemNote } from '@/features/held/problem-note'
import type { Block } from '@/features/held/types'
import { MomentChip } from '@/features/office/urgency-chip'
import { useOffice } from '@/features/office/words'
import { toMs } from '@/lib/time'
import { useNow } from '@/lib/use-now'

const TONES: Record<Block['state'], ChipTone> = {
  held: 'accent',
  proposed: 'caution',
  kept: 'good',
  released: 'quiet',
  expired: 'bad',
}
const STEP_MS = 30_000

/** How much of its 72 hours is left. */
function TimeLeft({ of }: { of: Block }) {
  const nowMs = useNow(STEP_MS)
  const [from, to] = [toMs(of.placed_at), toMs(of.expires_at)]
  const tone = of.urgency === 'late' ? 'bad' : of.urgency === 'warning' ? 'caution' : 'accent'
  return <Meter ratio={(to - nowMs) / (to - from)} tone={tone} />
}

function Moves({ of }: { of: Block }) {
  const { t } = useOffice()
  const blocking = useBlocking()
  const { block_id: blockId, proposal, proposed_by: by, proposed_at: proposedAt } = of
  const isProposed = of.state === 'proposed' && proposal !== null && by !== null && proposedAt !== null
  return (
    <>
      <ProblemNote error={blocking.error} />
      {isProposed && (
        <FourEyes
          proposedBy={by}
          busy={blocking.isPending}
          onJudge={(approve) => blocking.mutate({ how: 'judge', blockId, approve, proposedAt })}
        >
          <p className="font-medium text-ink">{t(`block.proposed.${proposal}`)}</p>
          <p className="text-[12.5px] text-ink-2">
            {t('held.by')} <Person id={by} />
          </p>
        </FourEyes>
      )}
      {of.state === 'held' && (
        <div className="flex flex-wrap gap-2">
          {(['keep', 'release'] as const).map((outcome) => (
            <Button
              key={outcome}
              busy={blocking.isPending}
              onClick={() => blocking.mutate({ how: 'propose', blockId, outcome })}
            >
              {t(`block.propose.${outcome}`)}
            </Button>
          ))}
        </div>
      )}
    </>
  )
}

/** One block: how much, until when, why, and the next step of whoever reads it. */
export function BlockRow({ of, isNamed }: { of: Block; isNamed: boolean }) {
  const { t, money, date, hourMinute } = useOffice()
  const row = useRef<HTMLLIElement>(null)
  useEffect(() => {
    if (isNamed) row.current?.scrollIntoView({ block: 'center' })
  }, [isNamed])
  const at = (moment: string) => `${date(toMs(moment))}, ${hourMinute(toMs(moment))}`
  return (
    <li
      ref={row}
      aria-current={isNamed || undefined}
      className={classes('grid gap-3 border-b border-line px-4 py-4 last:border-b-0 sm:px-5', isNamed && 'bg-selected')}
    >
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1.5">
        <span className="text-[15px] font-semibold text-ink tabular">
          {money(of.amount.amount_minor, of.amount.currency)}
        </span>
        <Chip tone={TONES[of.state]}>{t(`block.state.${of.state}`)}</Chip>
        {of.urgency !== null && (
          <span className="ml-auto">
            <MomentChip at={of.expires_at} urgency={of.urgency} />
          </span>
        )}
      </div>
      {of.urgency !== null && <TimeLeft of={of} />}
      <p className="text-pretty text-ink-2">{of.reason ?? t('held.erased')}</p>
      <p className="flex flex-wrap items-center gap-x-3 gap-y-1 text-[12px] text-ink-3 tabular">
        <span className="inline-flex items-center gap-1">
          {t('held.account')} <CopyValue value={of.account_id} />
        </span>
        <span>
          {t('block.placed')} <Person id={of.placed_by} /> · {at(of.placed_at)}
        </span>
        {of.judged_by !== null && of.judged_at !== null && (
          <span>
            {t('held.judged')} <Person id={of.judged_by} /> · {at(of.judged_at)}
          </span>
        )}
      </p>
      <span className="flex flex-wrap gap-x-4">
        <PaymentLinks transferId={of.transfer_id} />
        {of.case_id !== null && (
          <Link
            to={`/compliance/cases/${of.case_id}`}
            className="inline-flex min-h-6 items-center rounded-[5px] font-medium text-accent hover:underline"
          >
            {t('held.case')}
          </Link>
        )}
      </span>
      <Moves of={of} />
    </li>
  )
}
