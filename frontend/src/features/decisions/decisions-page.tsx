import { useInfiniteQuery } from '@tanstack/react-query'
import { ListFilter, ListOrdered } from 'lucide-react'
import { useCallback, useMemo, useState } from 'react'
import { PageHeader } from '@/app/page-header'
import { Button } from '@/design/button'
import { Kbd } from '@/design/kbd'
import { Segmented } from '@/design/segmented'
import { isLost, NextPageNotice, StaleNotice } from '@/design/stale-notice'
import { ErrorState, Notice, ShowAll } from '@/design/states'
import { decisionsQuery } from '@/features/decisions/api'
import { DecisionList, DecisionListHeader, DecisionListSkeleton, WIDE_ROWS } from '@/features/decisions/decision-list'
import { FilterChips } from '@/features/decisions/filter-chips'
import { FilterForm } from '@/features/decisions/filter-form'
import { ALL_DECISIONS, chosen, without, type Filters } from '@/features/decisions/filters'
import { fromStored } from '@/features/decisions/row'
import { useFilters } from '@/features/decisions/use-filters'
import { VERDICTS, type Verdict } from '@/lib/api-types'
import { useI18n } from '@/lib/i18n'
import { useShortcuts } from '@/lib/keyboard'
import { useMedia } from '@/lib/use-media'

type Choice = Verdict | 'all'

interface RowsProps {
  filters: Filters
  wide: boolean
  onShowAll: () => void
}

function Rows({ filters, wide, onShowAll }: RowsProps) {
  const { t } = useI18n()
  const decisions = useInfiniteQuery(decisionsQuery(filters))
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
        {Object.keys(filters).length > 0 && <ShowAll onClick={onShowAll} />}
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

/** Everything that was decided, page after page, narrowed to what is looked for. */
export default function DecisionsPage() {
  const { t } = useI18n()
  const wide = useMedia(WIDE_ROWS)
  const [filters, change] = useFilters()
  const [isOpen, setIsOpen] = useState(false)
  useShortcuts({ '/': () => setIsOpen(true) })
  const count = chosen(filters).length
  const choice = (filters.verdict ?? 'all') as Choice
  const options = [
    { value: 'all' as Choice, label: t('feed.filter.all') },
    ...VERDICTS.map((verdict) => ({ value: verdict as Choice, label: t(`verdict.${verdict}`) })),
  ]
  const choose = (next: Choice) => change(next === 'all' ? without(filters, 'verdict') : { ...filters, verdict: next })
  return (
    <div className="mx-auto flex min-h-[calc(100dvh-6.75rem)] max-w-[1720px] flex-col gap-4 p-4 sm:p-6 lg:h-dvh">
      <PageHeader title={t('decisions.title')} lead={t('decisions.lead')}>
        <Button aria-expanded={isOpen} onClick={() => setIsOpen(!isOpen)} className="h-8 px-3 sm:order-last">
          <ListFilter size={14} aria-hidden />
          {t('filter.open')}
          {count > 0 ? (
            <span className="grid h-5 min-w-5 place-items-center rounded-full bg-accent-soft px-1.5 text-[11px] text-accent tabular">
              {count}
            </span>
          ) : (
            <span aria-hidden className="hidden lg:inline">
              <Kbd>/</Kbd>
            </span>
          )}
        </Button>
        <Segmented label={t('feed.filter')} value={choice} onChange={choose} options={options} />
      </PageHeader>
      {isOpen && (
        // What is typed starts anew from the address whenever that changes.
        <FilterForm
          key={JSON.stringify(filters)}
          filters={filters}
          onChange={change}
          onClose={() => setIsOpen(false)}
        />
      )}
      <FilterChips filters={filters} onChange={change} />
      <section
        aria-label={t('decisions.title')}
        className="panel flex min-h-[26rem] flex-1 flex-col overflow-hidden max-lg:h-[calc(100dvh-13.5rem)] max-lg:flex-none lg:min-h-0"
      >
        {wide && <DecisionListHeader />}
        <Rows filters={filters} wide={wide} onShowAll={() => change(ALL_DECISIONS)} />
      </section>
    </div>
  )
}
