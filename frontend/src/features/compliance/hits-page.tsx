import { useInfiniteQuery } from '@tanstack/react-query'
import { UserCheck } from 'lucide-react'
import { Link, useSearchParams } from 'react-router'
import { Page } from '@/app/page'
import { Button } from '@/design/button'
import { LinkButton } from '@/design/link-button'
import { RowsSkeleton } from '@/design/rows-skeleton'
import { Segmented } from '@/design/segmented'
import { isLost, NextPageNotice, StaleNotice } from '@/design/stale-notice'
import { ErrorState, Notice } from '@/design/states'
import { hitsQuery } from '@/features/compliance/api'
import { ComplianceTabs } from '@/features/compliance/compliance-tabs'
import { HitChip } from '@/features/compliance/hit-chip'
import type { Hit } from '@/features/compliance/types'
import { useCompliance } from '@/features/compliance/words'
import { toMs } from '@/lib/time'
import { useNow } from '@/lib/use-now'

const SHOWN = ['waiting', 'cleared', 'confirmed'] as const
type Shown = (typeof SHOWN)[number]
const AGE_STEP_MS = 30_000

function HitRow({ hit, nowMs }: { hit: Hit; nowMs: number }) {
  const { t, ago, percent } = useCompliance()
  return (
    <li className="overflow-hidden border-b border-line last:rounded-b-panel last:border-b-0">
      <Link
        to={`/compliance/screening/hits/${hit.hit_id}`}
        className="grid gap-1 px-4 py-3.5 outline-offset-[-2px] transition-colors duration-100 hover:bg-hover sm:px-5"
      >
        <span className="flex flex-wrap items-center justify-between gap-x-3 gap-y-1">
          <span className="flex flex-wrap gap-x-2">
            <span className="font-mono text-[12.5px] text-ink">{hit.customer_id ?? hit.payer_id}</span>
            {hit.about !== 'customer' && <span className="text-ink-2">{t(`hit.${hit.about}`)}</span>}
          </span>
          <HitChip status={hit.status} />
        </span>
        <span className="flex flex-wrap gap-x-2 text-ink-2 tabular">
          <span>
            {hit.list_id} · {hit.entry_id}
          </span>
          <span>
            {t('hit.score')} {percent(hit.score, 0)}
          </span>
          <span className="text-ink-3">{t('hit.found', { ago: ago(nowMs - toMs(hit.found_at)) })}</span>
        </span>
        {hit.note !== null && <span className="text-pretty text-ink-2">{hit.note}</span>}
      </Link>
    </li>
  )
}

function Hits({ shown }: { shown: Shown }) {
  const { t } = useCompliance()
  const nowMs = useNow(AGE_STEP_MS)
  const hits = useInfiniteQuery(hitsQuery(shown === 'waiting' ? null : shown))
  const items = hits.data?.pages.flatMap((page) => page.items) ?? []
  if (hits.isPending) return <RowsSkeleton />
  if (isLost(hits)) return <ErrorState error={hits.error} onRetry={() => void hits.refetch()} />
  if (items.length === 0)
    return (
      <Notice
        icon={UserCheck}
        title={t(shown === 'waiting' ? 'hits.empty' : `hits.${shown}.empty`)}
        body={t(shown === 'waiting' ? 'hits.empty.body' : 'hits.none.body')}
        role="status"
      >
        {shown === 'waiting' && (
          <LinkButton to="/compliance/screening/lists" className="mt-5">
            {t('lists.title')}
          </LinkButton>
        )}
      </Notice>
    )
  return (
    <>
      <StaleNotice of={hits} />
      <ul aria-label={t('hits.title')}>
        {items.map((hit) => (
          <HitRow key={hit.hit_id} hit={hit} nowMs={nowMs} />
        ))}
      </ul>
      <NextPageNotice of={hits} />
      {hits.hasNextPage && (
        <div className="border-t border-line p-3 text-center">
          <Button busy={hits.isFetchingNextPage} onClick={() => void hits.fetchNextPage()}>
            {t('compliance.more')}
          </Button>
        </div>
      )}
    </>
  )
}

/** Customers who may be somebody on a list: those to decide, the good guys, those confirmed. */
export default function HitsPage() {
  const { t } = useCompliance()
  const [search, setSearch] = useSearchParams()
  const shown = SHOWN.find((one) => one === search.get('show')) ?? 'waiting'
  return (
    <Page title={t('hits.title')} lead={t('hits.lead')} tabs={<ComplianceTabs />}>
      <div className="flex">
        <Segmented
          label={t('hits.show')}
          value={shown}
          onChange={(next) => setSearch(next === 'waiting' ? {} : { show: next }, { replace: true })}
          options={SHOWN.map((value) => ({ value, label: t(`hits.${value}`) }))}
        />
      </div>
      <section aria-label={t(`hits.${shown}`)} className="panel min-w-0">
        <Hits key={shown} shown={shown} />
      </section>
    </Page>
  )
}
