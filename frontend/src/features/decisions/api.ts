import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import type { Decision, DecisionDetail, Page, Verdict } from '@/lib/api-types'
import { query, request } from '@/lib/http'

export const PAGE_ROWS = '100'

export const decisionsQuery = (verdict: Verdict | null) =>
  infiniteQueryOptions({
    queryKey: ['decisions', verdict],
    queryFn: ({ pageParam, signal }) =>
      request<Page<Decision>>(query('/v1/decisions', { verdict, cursor: pageParam, limit: PAGE_ROWS }), { signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  })

export const decisionQuery = (transactionId: string) =>
  queryOptions({
    queryKey: ['decision', transactionId],
    queryFn: ({ signal }) => request<DecisionDetail>(`/v1/decisions/${encodeURIComponent(transactionId)}`, { signal }),
  })
