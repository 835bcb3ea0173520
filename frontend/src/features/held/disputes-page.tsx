import { useInfiniteQuery } from '@tanstack/react-query'
import { Scale } from 'lucide-react'
import { Link, useSearchParams } from 'react-router'
import { Page } from '@/app/page'
import { INPUT } from '@/design/field'
import { Segmented } from '@/design/segmented'
import { Notice, ShowAll } from '@/design/states'
import { ComplianceTabs } from '@/features/compliance/compliance-tabs'
import { DisputeChip } from '@/features/held/dispute-chip'
import { DisputeForm } from '@/features/held/dispute-form'
import { disputesQuery } from '@/features/held/disputes'
import { Listed } from '@/features/held/listed'
import { Sides } from '@/features/held/sides'
import { SHOWN, type Dispute, type DisputeState, type Shown } from '@/features/held/types'
import { MomentChip } from '@/features/office/urgency-chip'
import { useOffice } from '@/features/office/words'
import { toMs } from '@/lib/time'

const STATES: Record<Shown, readonly DisputeState[]> = {
  waiting: ['open', 'acknowledged', 'proposed', 'agreed'],
  ended: ['refunded', 'rejected', 'disagreed', 'cancelled'],
}
const ANY = ''

function DisputeRow({ of }: { of: Dispute }) {
  const { t, money, date } = useOffice()
  return (
    <li className="border-b border-line last:border-b-0">
      <Link
        to={`/compliance/disputes/${of.dispute_id}`}
        className="grid grid-cols-[minmax(0,1fr)_auto] gap-x-4 gap-y-1.5 px-4 py-3.5 outline-offset-[-2px] transition-colors duration-100 hover:bg-hover sm:px-5"
      >
        <span className="flex min-w-0 items-baseline gap-2">
          <span className="truncate font-mono text-[12.5px] text-ink">{of.external_id}</span>
          <span className="hidden truncate text-ink-2 sm:inline">{t(`dispute.situation.${of.situation}`)}</span>
        </span>
        <span className="text-right font-medium text-ink tabular">
          {money(of.amount.amount_minor, of.amount.currency)}
        </span>
        <span className="flex flex-wrap items-center gap-1.5">
          <DisputeChip state={of.state} />
          {of.due_at !== null && of.urgency !== null && <MomentChip at={of.due_at} urgency={of.urgency} />}
        </span>
        <span className="self-center text-right text-[12px] text-ink-3 tabular">
          {of.result === null ? date(toMs(of.reported_at)) : t(`dispute.result.${of.result}`)}
        </span>
      </Link>
    </li>
  )
}

/** Infraction reports about payments that were received here: what is due first at first. */
export default function DisputesPage() {
  const { t } = useOffice()
  const [search, setSearch] = useSearchParams()
  const shown: Shown = search.get('show') === 'ended' ? 'ended' : 'waiting'
  const state = STATES[shown].find((one) => one === search.get('state')) ?? null
  const disputes = useInfiniteQuery(disputesQuery(shown, state))
  const go = (next: Shown, of: string) =>
    setSearch({ ...(next === 'ended' && { show: next }), ...(of !== ANY && { state: of }) }, { replace: true })
  return (
    <Page title={t('dispute.title')} lead={t('dispute.lead')} actions={<ComplianceTabs />}>
      <Sides />
      <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,1fr)_22rem]">
        <section aria-label={t('dispute.title')} className="panel min-w-0 overflow-hidden">
          <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 border-b border-line px-4 py-2 sm:px-5">
            <Segmented
              label={t('held.show')}
              value={shown}
              onChange={(next) => go(next, ANY)}
              options={SHOWN.map((value) => ({ value, label: t(`dispute.show.${value}`) }))}
            />
            <select
              aria-label={t('dispute.state')}
              value={state ?? ANY}
              onChange={(event) => go(shown, event.target.value)}
              className={`${INPUT} h-8 max-w-48`}
            >
              <option value={ANY}>{t('dispute.state.any')}</option>
              {STATES[shown].map((one) => (
                <option key={one} value={one}>
                  {t(`dispute.state.${one}`)}
                </option>
              ))}
            </select>
          </div>
          <Listed
            label={t('dispute.title')}
            of={disputes}
            none={
              <Notice
                icon={Scale}
                title={t(state === null ? `dispute.none.${shown}` : 'dispute.none.state')}
                body={t('dispute.none.body')}
                role="status"
              >
                {state !== null && <ShowAll onClick={() => go(shown, ANY)} />}
              </Notice>
            }
          >
            {(dispute) => <DisputeRow key={dispute.dispute_id} of={dispute} />}
          </Listed>
        </section>
        <DisputeForm />
      </div>
    </Page>
  )
}
