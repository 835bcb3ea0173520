import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useVirtualizer } from '@tanstack/react-virtual'
import { Pin, ShieldCheck } from 'lucide-react'
import { useCallback, useEffect, useMemo, useRef } from 'react'
import { usePanel } from '@/app/panel'
import { Skeleton } from '@/design/skeleton'
import { isLost, NextPageNotice, StaleNotice } from '@/design/stale-notice'
import { ErrorState, Notice, ShowAll } from '@/design/states'
import { AlertCard } from '@/features/alerts/alert-card'
import { alertsQuery, heaviestQuery } from '@/features/alerts/api'
import { useSteadyScroll } from '@/features/alerts/steady-scroll'
import { heaviest, withStored } from '@/features/alerts/summary'
import type { AlertStatus } from '@/lib/api-types'
import { useI18n } from '@/lib/i18n'
import { useNow } from '@/lib/use-now'

const CARD_HEIGHT_PX = 98
const OVERSCAN_CARDS = 5
const NEAR_END_CARDS = 8
const AGE_STEP_MS = 10_000

function AlertListSkeleton() {
  return (
    <div aria-hidden className="min-h-0 overflow-hidden">
      {Array.from({ length: 6 }, (_, index) => (
        <div key={index} className="flex gap-3 border-b border-line px-5 py-4">
          <Skeleton className="size-8" />
          <div className="grid flex-1 gap-2">
            <Skeleton className="h-3.5 w-2/3" />
            <Skeleton className="h-3 w-full" />
            <Skeleton className="h-3 w-1/2" />
          </div>
        </div>
      ))}
    </div>
  )
}

interface AlertListProps {
  status: AlertStatus | null
  /** Keeps the alert with most at stake in sight, above what is newest. */
  pinHeaviest?: boolean
  /** Leads out of a list that its status leaves empty. */
  onShowAll?: () => void
}

export function AlertList({ status, pinHeaviest = false, onShowAll }: AlertListProps) {
  const { t } = useI18n()
  const nowMs = useNow(AGE_STEP_MS)
  const { panel, openPanel } = usePanel()
  const scroller = useRef<HTMLDivElement>(null)
  const alerts = useInfiniteQuery(alertsQuery(status))
  const all = useMemo(() => alerts.data?.pages.flatMap((page) => page.items) ?? [], [alerts.data])
  const { data: stored } = useQuery({ ...heaviestQuery, enabled: pinHeaviest })
  const pinned = useMemo(() => (pinHeaviest ? heaviest(withStored(all, stored)) : null), [all, pinHeaviest, stored])
  const items = useMemo(() => (pinned ? all.filter((alert) => alert !== pinned) : all), [all, pinned])
  const virtualizer = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => CARD_HEIGHT_PX,
    overscan: OVERSCAN_CARDS,
    getItemKey: (index) => items[index]?.alert_id ?? index,
  })
  const cards = virtualizer.getVirtualItems()
  useSteadyScroll(scroller, virtualizer)
  const lastIndex = cards.at(-1)?.index ?? 0
  const { hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage } = alerts
  const wantsMore = hasNextPage && !isFetchingNextPage && !isFetchNextPageError
  useEffect(() => {
    if (wantsMore && lastIndex >= items.length - NEAR_END_CARDS) void fetchNextPage()
  }, [wantsMore, fetchNextPage, lastIndex, items.length])
  const open = useCallback((alertId: string) => openPanel('alert', alertId), [openPanel])

  if (alerts.isPending) return <AlertListSkeleton />
  if (isLost(alerts)) return <ErrorState error={alerts.error} onRetry={() => void alerts.refetch()} />
  if (all.length === 0) {
    const body = t(status === null || status === 'open' ? 'alerts.empty.body' : 'alerts.empty.moved')
    return (
      <Notice icon={ShieldCheck} title={t('alerts.empty.title', { status: status ?? 'any' })} body={body} role="status">
        {status !== null && onShowAll && <ShowAll onClick={onShowAll} />}
      </Notice>
    )
  }
  const isSelected = (alertId: string) => panel?.kind === 'alert' && panel.id === alertId
  return (
    <>
      <StaleNotice of={alerts} />
      {pinned && (
        <div className="bg-bad-soft/40">
          <h3 className="flex items-center gap-1.5 px-4 pt-3 text-[12px] font-medium text-bad sm:px-5">
            <Pin size={12} aria-hidden />
            {t('alerts.heaviest')}
          </h3>
          <AlertCard alert={pinned} nowMs={nowMs} selected={isSelected(pinned.alert_id)} onOpen={open} />
        </div>
      )}
      <div ref={scroller} className="min-h-0 flex-1 overflow-y-auto [overflow-anchor:none]">
        <ul aria-label={t('alerts.list')} className="relative" style={{ height: virtualizer.getTotalSize() }}>
          {cards.map((card) => {
            const alert = items[card.index]
            return (
              alert && (
                <li
                  key={card.key}
                  ref={virtualizer.measureElement}
                  data-index={card.index}
                  aria-setsize={items.length}
                  aria-posinset={card.index + 1}
                  className="absolute inset-x-0 top-0"
                  style={{ transform: `translateY(${card.start}px)` }}
                >
                  <AlertCard alert={alert} nowMs={nowMs} selected={isSelected(alert.alert_id)} onOpen={open} />
                </li>
              )
            )
          })}
        </ul>
      </div>
      <NextPageNotice of={alerts} />
    </>
  )
}
