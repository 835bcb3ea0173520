import { useInfiniteQuery } from '@tanstack/react-query'
import { Undo2 } from 'lucide-react'
import { Link, useSearchParams } from 'react-router'
import { Page } from '@/app/page'
import { Segmented } from '@/design/segmented'
import { Notice } from '@/design/states'
import { ComplianceTabs } from '@/features/compliance/compliance-tabs'
import { Listed } from '@/features/held/listed'
import { recoveriesQuery } from '@/features/held/recoveries'
import { RecoveryChip } from '@/features/held/recovery-chip'
import { RecoveryForm } from '@/features/held/recovery-form'
import { Sides } from '@/features/held/sides'
import { SHOWN, type Recovery, type Shown } from '@/features/held/types'
import { MomentChip } from '@/features/office/urgency-chip'
import { useOffice } from '@/features/office/words'
import { shortId } from '@/lib/format'
import { toMs } from '@/lib/time'

function RecoveryRow({ of }: { of: Recovery }) {
  const { t, money, date } = useOffice()
  return (
    <li className="border-b border-line last:border-b-0">
      <Link
        to={`/compliance/disputes/sent/${of.recovery_id}`}
        className="grid grid-cols-[minmax(0,1fr)_auto] gap-x-4 gap-y-1.5 px-4 py-3.5 outline-offset-[-2px] transition-colors duration-100 hover:bg-hover sm:px-5"
      >
        <span className="flex min-w-0 items-baseline gap-2">
          <span className="truncate font-mono text-[12.5px] text-ink">{of.external_id ?? shortId(of.recovery_id)}</span>
          <span className="hidden truncate text-ink-2 sm:inline">{t(`dispute.situation.${of.situation}`)}</span>
        </span>
        <span className="text-right font-medium text-ink tabular">
          {money(of.amount.amount_minor, of.amount.currency)}
        </span>
        <span className="flex flex-wrap items-center gap-1.5">
          <RecoveryChip state={of.state} />
          {of.due_at !== null && of.urgency !== null && <MomentChip at={of.due_at} urgency={of.urgency} />}
        </span>
        <span className="self-center text-right text-[12px] text-ink-3 tabular">
          {of.result === null ? date(toMs(of.reported_at)) : t(`recovery.result.${of.result}`)}
        </span>
      </Link>
    </li>
  )
}

/** Pix that customers here were defrauded of, and what is asked back of them: what is due first at first. */
export default function RecoveriesPage() {
  const { t } = useOffice()
  const [search, setSearch] = useSearchParams()
  const shown: Shown = search.get('show') === 'ended' ? 'ended' : 'waiting'
  const recoveries = useInfiniteQuery(recoveriesQuery(shown))
  return (
    <Page title={t('recovery.title')} lead={t('recovery.lead')} actions={<ComplianceTabs />}>
      <Sides />
      <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,1fr)_22rem]">
        <section aria-label={t('recovery.title')} className="panel min-w-0 overflow-hidden">
          <div className="flex border-b border-line px-4 py-2 sm:px-5">
            <Segmented
              label={t('held.show')}
              value={shown}
              onChange={(next) => setSearch(next === 'ended' ? { show: next } : {}, { replace: true })}
              options={SHOWN.map((value) => ({ value, label: t(`dispute.show.${value}`) }))}
            />
          </div>
          <Listed
            label={t('recovery.title')}
            of={recoveries}
            none={
              <Notice icon={Undo2} title={t(`recovery.none.${shown}`)} body={t('recovery.none.body')} role="status" />
            }
          >
            {(recovery) => <RecoveryRow key={recovery.recovery_id} of={recovery} />}
          </Listed>
        </section>
        <RecoveryForm transferId={search.get('transfer') ?? ''} />
      </div>
    </Page>
  )
}
