import { useInfiniteQuery } from '@tanstack/react-query'
import { Activity, Pause, Play, ShieldCheck } from 'lucide-react'
import { useCallback, useEffect } from 'react'
import { useShallow } from 'zustand/react/shallow'
import { Button } from '@/design/button'
import { Segmented } from '@/design/segmented'
import { PartialNotice } from '@/design/stale-notice'
import { ErrorState, Notice } from '@/design/states'
import { decisionsQuery } from '@/features/decisions/api'
import { DecisionList, DecisionListHeader, DecisionListSkeleton } from '@/features/decisions/decision-list'
import { ALL_DECISIONS } from '@/features/decisions/filters'
import { fromStored } from '@/features/decisions/row'
import { FEED_FILTERS, visibleRows } from '@/features/live/reducer'
import { useLive } from '@/features/live/store'
import { useI18n } from '@/lib/i18n'
import { useShortcuts } from '@/lib/keyboard'
import { useMedia } from '@/lib/use-media'

// From 1280 px on the alerts stand beside the feed, and leave its columns too little room up to 1360.
const WIDE_FEED = '(min-width: 1360px), (min-width: 900px) and (max-width: 1279px)'

function FeedToolbar() {
  const { t } = useI18n()
  const { filter, setFilter, isHeld, toggleHold } = useLive(
    useShallow(({ filter, setFilter, isHeld, toggleHold }) => ({ filter, setFilter, isHeld, toggleHold })),
  )
  const heldCount = useLive((state) => state.held.length)
  const options = FEED_FILTERS.map((value) => ({ value, label: t(`feed.filter.${value}`) }))
  return (
    <header className="flex min-h-14 flex-wrap items-center gap-x-4 gap-y-2 border-b border-line px-4 py-2.5 sm:px-5">
      <h2 className="mr-auto hidden text-[14px] font-semibold sm:block">{t('feed.title')}</h2>
      <Segmented label={t('feed.filter')} value={filter} onChange={setFilter} options={options} />
      <Button
        kind={isHeld ? 'primary' : 'secondary'}
        onClick={toggleHold}
        aria-pressed={isHeld}
        className="h-8 min-w-24 px-3"
      >
        {isHeld ? <Play size={13} aria-hidden /> : <Pause size={13} aria-hidden />}
        <span className="tabular">{isHeld ? t('feed.held', { count: heldCount }) : t('feed.hold')}</span>
      </Button>
    </header>
  )
}

function FeedRows({ wide }: { wide: boolean }) {
  const { t } = useI18n()
  const rows = useLive(useShallow((state) => visibleRows(state, state.filter)))
  const filter = useLive((state) => state.filter)
  const seed = useLive((state) => state.seed)
  const holdFeed = useLive((state) => state.hold)
  const stored = useInfiniteQuery(decisionsQuery(ALL_DECISIONS))
  const firstPage = stored.data?.pages[0]
  useEffect(() => {
    if (firstPage) seed(firstPage.items.map(fromStored))
  }, [firstPage, seed])
  // While the feed is lost, the page's own banner says so.
  const isPartial = useLive((state) => state.feedState === 'live') && stored.isError
  const onReading = useCallback(() => holdFeed(), [holdFeed])

  if (rows.length > 0) {
    return (
      <>
        <DecisionList rows={rows} wide={wide} label={t('feed.list')} onReading={onReading} />
        {isPartial && (
          <PartialNotice
            title={t('stale.earlier')}
            error={stored.error}
            busy={stored.isFetching}
            onRetry={() => void stored.refetch()}
          />
        )}
      </>
    )
  }
  if (stored.isPending) return <DecisionListSkeleton wide={wide} />
  if (stored.isError) return <ErrorState error={stored.error} onRetry={() => void stored.refetch()} />
  if (filter !== 'all') {
    return (
      <Notice
        icon={ShieldCheck}
        title={t('feed.emptyFlagged.title')}
        body={t('feed.emptyFlagged.body')}
        role="status"
      />
    )
  }
  return <Notice icon={Activity} title={t('feed.empty.title')} body={t('feed.empty.body')} role="status" />
}

export function Feed() {
  const { t } = useI18n()
  const wide = useMedia(WIDE_FEED)
  const skipped = useLive((state) => state.skipped)
  const toggleHold = useLive((state) => state.toggleHold)
  const nextFilter = useLive((state) => state.nextFilter)
  useShortcuts({ p: toggleHold, f: nextFilter })
  return (
    <section aria-label={t('feed.title')} className="panel flex min-h-0 flex-col overflow-hidden">
      <FeedToolbar />
      {wide && <DecisionListHeader />}
      <FeedRows wide={wide} />
      {skipped > 0 && (
        <p className="border-t border-line px-5 py-2 text-[12px] text-ink-3 tabular">
          {t('feed.skipped', { count: skipped })}
        </p>
      )}
    </section>
  )
}
