import { useInfiniteQuery } from '@tanstack/react-query'
import { ListOrdered } from 'lucide-react'
import { useCallback, useMemo, useState } from 'react'
import { PageHeader } from '@/app/page-header'
import { Segmented } from '@/design/segmented'
import { isLost, NextPageNotice, StaleNotice } from '@/design/stale-notice'
import { ErrorState, Notice, ShowAll } from '@/design/states'
import { decisionsQuery } from '@/features/decisions/api'
import { DecisionList, DecisionListHeader, DecisionListSkeleton, WIDE_ROWS } from '@/features/decisions/decision-list'
import { fromStored } from '@/features/decisions/row'
import { VERDICTS, type Verdict } from '@/lib/api-types'
import { useI18n } from '@/lib/i18n'
import { useMedia } from '@/lib/use-media'

type Choice = Verdict | 'all'

interface RowsProps {
  verdict: Verdict | null
  wide: boolean
  onShowAll: () => void
}

function Rows({ verdict, wide, onShowAll }: RowsProps) {
  const { t } = useI18n()
  const decisions = useInfiniteQuery(decisionsQuery(verdict))
  const rows = useMemo(
    () => decisions.data?.pages.flatMap((page) => page.items.map(fromStored)) ?? [],
    [decisions.data],
  )
  const { hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage } = decisions
  const wantsMore = hasNextPage && !isFetchingNextPage && !isFetchNextPageError
  const onNearEnd = useCallback(() => {
    if (wantsMore) void fetchNextPage()
  }, [wantsMore, fetchNextPage])
  if (decisions.isPending) return <DecisionListSkeleton rows={16} wide={wide} />
  if (isLost(decisions)) return <ErrorState error={decisions.error} onRetry={() => void decisions.refetch()} />
  if (rows.length === 0) {
    return (
      <Notice icon={ListOrdered} title={t('decisions.empty.title')} body={t('decisions.empty.body')} role="status">
        {verdict !== null && <ShowAll onClick={onShowAll} />}
      </Notice>
    )
  }
  return (
    <>
      <StaleNotice of={decisions} />
      <DecisionList rows={rows} wide={wide} label={t('feed.list')} onNearEnd={onNearEnd} />
      <NextPageNotice of={decisions} />
    </>
  )
}

/** Everything that was decided, page after page. */
export default function DecisionsPage() {
  const { t } = useI18n()
  const wide = useMedia(WIDE_ROWS)
  const [choice, setChoice] = useState<Choice>('all')
  const options = [
    { value: 'all' as Choice, label: t('feed.filter.all') },
    ...VERDICTS.map((verdict) => ({ value: verdict as Choice, label: t(`verdict.${verdict}`) })),
  ]
  return (
    <div className="mx-auto flex h-[calc(100dvh-6.75rem)] max-w-[1720px] flex-col gap-4 p-4 sm:p-6 lg:h-dvh">
      <PageHeader title={t('decisions.title')} lead={t('decisions.lead')}>
        <Segmented label={t('feed.filter')} value={choice} onChange={setChoice} options={options} />
      </PageHeader>
      <section aria-label={t('decisions.title')} className="panel flex min-h-0 flex-1 flex-col overflow-hidden">
        {wide && <DecisionListHeader />}
        <Rows verdict={choice === 'all' ? null : choice} wide={wide} onShowAll={() => setChoice('all')} />
      </section>
    </div>
  )
}
