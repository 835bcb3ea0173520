import { useInfiniteQuery } from '@tanstack/react-query'
import { Scale } from 'lucide-react'
import { useSearchParams } from 'react-router'
import { INPUT } from '@/design/field'
import { Notice, ShowAll } from '@/design/states'
import { DisputeChip } from '@/features/held/dispute-chip'
import { DisputeForm } from '@/features/held/dispute-form'
import { disputesQuery } from '@/features/held/disputes'
import { HeldList, HeldRow } from '@/features/held/held-list'
import type { DisputeState, Shown } from '@/features/held/types'
import { useOffice } from '@/features/office/words'

const STATES: Record<Shown, readonly DisputeState[]> = {
  waiting: ['open', 'acknowledged', 'proposed', 'agreed'],
  ended: ['refunded', 'rejected', 'disagreed', 'cancelled'],
}
const ANY = ''

/** Infraction reports about payments that were received here: what is due first at first. */
export default function DisputesPage() {
  const { t } = useOffice()
  const [search, setSearch] = useSearchParams()
  const shown: Shown = search.get('show') === 'ended' ? 'ended' : 'waiting'
  const state = STATES[shown].find((one) => one === search.get('state')) ?? null
  const disputes = useInfiniteQuery(disputesQuery(shown, state))
  const go = (next: Shown, of: string) =>
    setSearch({ ...(next === 'ended' && { show: next }), ...(of !== ANY && { state: of }) }, { replace: true })
  const filter = (
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
  )
  const none = (
    <Notice
      icon={Scale}
      title={t(state === null ? `dispute.none.${shown}` : 'dispute.none.state')}
      body={t('dispute.none.body')}
      role="status"
    >
      {state !== null && <ShowAll onClick={() => go(shown, ANY)} />}
    </Notice>
  )
  return (
    <HeldList
      title={t('dispute.title')}
      lead={t('dispute.lead')}
      shown={shown}
      onShow={(next) => go(next, ANY)}
      filter={filter}
      of={disputes}
      none={none}
      form={<DisputeForm />}
      row={(of) => (
        <HeldRow
          key={of.dispute_id}
          of={of}
          to={`/compliance/disputes/${of.dispute_id}`}
          name={of.external_id}
          chip={<DisputeChip state={of.state} />}
          result={of.result && t(`dispute.result.${of.result}`)}
        />
      )}
    />
  )
}
