import { infiniteQueryOptions, queryOptions, type InfiniteData, type QueryClient } from '@tanstack/react-query'
import { mergeAlerts, type AlertRowData } from '@/features/alerts/merge'
import { heaviest } from '@/features/alerts/summary'
import type { AlertDetail, AlertEvent, AlertStatus, Page } from '@/lib/api-types'
import { query, request } from '@/lib/http'

const PAGE_ROWS = '50'
const LARGEST_PAGE_ROWS = '200'
const HEAVIEST_PAGES = 5
const HEAVIEST_AGE_MS = 60_000

export const alertsQuery = (status: AlertStatus | null) =>
  infiniteQueryOptions({
    queryKey: ['alerts', status],
    queryFn: ({ pageParam, signal }) =>
      request<Page<AlertRowData>>(query('/v1/alerts', { status, cursor: pageParam, limit: PAGE_ROWS }), { signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  })

/** The open alert with most at stake, wherever in the list it stands. The API lists by age alone, so this reads on, within a bound. */
export const heaviestQuery = queryOptions({
  queryKey: ['alerts-heaviest'],
  queryFn: async ({ signal }): Promise<AlertRowData | null> => {
    let most: AlertRowData | null = null
    let cursor: string | null = null
    for (let pageIndex = 0; pageIndex < HEAVIEST_PAGES; pageIndex += 1) {
      const path = query('/v1/alerts', { status: 'open', cursor, limit: LARGEST_PAGE_ROWS })
      const page: Page<AlertRowData> = await request<Page<AlertRowData>>(path, { signal })
      most = heaviest(most ? [most, ...page.items] : page.items)
      cursor = page.next_cursor
      if (cursor === null) break
    }
    return most
  },
  refetchInterval: HEAVIEST_AGE_MS,
})

export const alertQuery = (alertId: string) =>
  queryOptions({
    queryKey: ['alert', alertId],
    queryFn: ({ signal }) => request<AlertDetail>(`/v1/alerts/${encodeURIComponent(alertId)}`, { signal }),
  })

type AlertPages = InfiniteData<Page<AlertRowData>, string | null>

/**
 * Brings live alerts into every list that is loaded, and makes an open alert's detail load its new members. A list stays as old as
 * its last answer, and as failed (`setQueryData` would call it freshly answered).
 */
export function applyLiveAlerts(client: QueryClient, events: AlertEvent[]): void {
  for (const asked of client.getQueryCache().findAll({ queryKey: ['alerts'] })) {
    const data = asked.state.data as AlertPages | undefined
    const status = asked.queryKey[1] as AlertStatus | null
    const pages = data && mergeAlerts(data.pages, events, status)
    if (pages && pages !== data.pages) asked.setState({ data: { ...data, pages } })
  }
  for (const event of events) void client.invalidateQueries({ queryKey: ['alert', event.alert_id] })
}
