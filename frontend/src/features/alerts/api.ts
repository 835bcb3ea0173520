import { infiniteQueryOptions, queryOptions, type InfiniteData, type QueryClient } from '@tanstack/react-query'
import { mergeAlerts, type AlertRowData } from '@/features/alerts/merge'
import type { AlertDetail, AlertEvent, AlertStatus, Page } from '@/lib/api-types'
import { query, request } from '@/lib/http'

const PAGE_ROWS = '50'

export const alertsQuery = (status: AlertStatus | null) =>
  infiniteQueryOptions({
    queryKey: ['alerts', status],
    queryFn: ({ pageParam, signal }) =>
      request<Page<AlertRowData>>(query('/v1/alerts', { status, cursor: pageParam, limit: PAGE_ROWS }), { signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  })

export const alertQuery = (alertId: string) =>
  queryOptions({
    queryKey: ['alert', alertId],
    queryFn: ({ signal }) => request<AlertDetail>(`/v1/alerts/${encodeURIComponent(alertId)}`, { signal }),
  })

type AlertPages = InfiniteData<Page<AlertRowData>, string | null>

/** Brings live alerts into every list that is loaded, and makes an open alert's detail load its new members. */
export function applyLiveAlerts(client: QueryClient, events: AlertEvent[]): void {
  for (const [key, data] of client.getQueriesData<AlertPages>({ queryKey: ['alerts'] })) {
    if (data)
      client.setQueryData<AlertPages>(key, {
        ...data,
        pages: mergeAlerts(data.pages, events, key[1] as AlertStatus | null),
      })
  }
  for (const event of events) void client.invalidateQueries({ queryKey: ['alert', event.alert_id] })
}
