import { BadgeCheck, CircleDot, FileText, Flag, PencilLine, Scale, type LucideIcon } from 'lucide-react'
import { useMemo, useState } from 'react'
import { usePanel } from '@/app/panel'
import { Box } from '@/design/box'
import { Button } from '@/design/button'
import { classes } from '@/design/classes'
import { Person } from '@/features/session/person'
import { timelineOf, type Happening } from '@/features/cases/timeline'
import type { CaseDetail } from '@/features/cases/types'
import { useCases } from '@/features/cases/words'
import { VerdictBadge } from '@/features/decisions/verdict'
import type { AlertMember } from '@/lib/api-types'
import { shortId } from '@/lib/format'

const STEP_ROWS = 20

const ICONS: Record<Exclude<Happening['kind'], 'transaction'>, LucideIcon> = {
  opened: Flag,
  evidence: FileText,
  note: PencilLine,
  proposed: Scale,
  judged: BadgeCheck,
  ended: CircleDot,
}

function Moment({ atMs }: { atMs: number }) {
  const { day, preciseClock } = useCases()
  return (
    <time dateTime={new Date(atMs).toISOString()} className="text-[12px] whitespace-nowrap text-ink-3 tabular">
      {day(atMs)} {preciseClock(atMs)}
    </time>
  )
}

function Paid({ member, atMs }: { member: AlertMember; atMs: number }) {
  const { t, word, money } = useCases()
  const { openPanel } = usePanel()
  const { channel, direction, customer_id: customerId, payee_id: payeeId, merchant_id: merchantId } = member.transaction
  const sides = [customerId, merchantId ?? payeeId].map((id) => (id ? shortId(id) : t('case.unknown')))
  const [from, to] = direction === 'credit' ? [sides[1], sides[0]] : sides
  const reason = member.reasons[0]
  return (
    <button
      type="button"
      onClick={() => openPanel('decision', member.transaction_id)}
      className="-mx-2 -my-1.5 grid w-[calc(100%+1rem)] grid-cols-[minmax(0,1fr)_auto] gap-x-3 gap-y-0.5 rounded-control px-2 py-1.5 text-left hover:bg-hover"
    >
      <span className="flex min-w-0 flex-wrap items-center gap-x-2 gap-y-1">
        <VerdictBadge verdict={member.verdict} />
        <span className="truncate text-ink tabular">
          {from} → {to}
        </span>
        {channel && <span className="text-[12.5px] text-ink-3">{word('channel', channel)}</span>}
      </span>
      <span className="text-right font-medium text-ink tabular">
        {money(member.amount.amount_minor, member.amount.currency)}
      </span>
      <span className="truncate text-[12.5px] text-ink-3">{reason ? word('reason', reason) : ''}</span>
      <Moment atMs={atMs} />
    </button>
  )
}

function Done({ of }: { of: Exclude<Happening, { kind: 'transaction' }> }) {
  const { t } = useCases()
  return (
    <span className="flex items-baseline justify-between gap-3">
      <span className="text-ink-2">
        {t(`timeline.${of.kind}`)}
        {of.by !== null && (
          <>
            {' · '}
            <Person id={of.by} />
          </>
        )}
      </span>
      <Moment atMs={of.atMs} />
    </span>
  )
}

/** Who did what when: payments and the work on the case in one column, newest first. */
export function TimelineBox({ of, members }: { of: CaseDetail; members: readonly AlertMember[] }) {
  const { t } = useCases()
  const all = useMemo(() => timelineOf(of, members), [of, members])
  const [shown, setShown] = useState(STEP_ROWS)
  return (
    <Box title={t('timeline.title')} aside={<span className="text-[12px] text-ink-3 tabular">{all.length}</span>}>
      <ol className="grid">
        {all.slice(0, shown).map((happening, index, rows) => {
          const isPayment = happening.kind === 'transaction'
          const Icon = isPayment ? null : ICONS[happening.kind]
          return (
            <li key={`${happening.kind} ${happening.key}`} className="grid grid-cols-[1.25rem_minmax(0,1fr)] gap-x-3">
              <span aria-hidden className="relative grid justify-items-center pt-1.5">
                {index < rows.length - 1 && <span className="absolute top-4 bottom-[-0.375rem] w-px bg-line" />}
                {Icon ? (
                  <Icon size={14} strokeWidth={1.75} className="relative bg-surface text-ink-3" />
                ) : (
                  <span className={classes('relative mt-1 size-1.5 rounded-full bg-bad-mark')} />
                )}
              </span>
              <div className="pb-4">
                {isPayment ? <Paid member={happening.member} atMs={happening.atMs} /> : <Done of={happening} />}
              </div>
            </li>
          )
        })}
      </ol>
      {all.length > shown && (
        <Button onClick={() => setShown(shown + STEP_ROWS)}>{t('timeline.more', { count: all.length - shown })}</Button>
      )}
    </Box>
  )
}
