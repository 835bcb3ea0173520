import { queryOptions } from '@tanstack/react-query'
import type { Summary } from '@/lib/api-types'
import { request } from '@/lib/http'

const MART_AGE_MS = 300_000

/** All days together, from the marts; they are rebuilt in batch, so asking often tells nothing new. */
export const summaryQuery = queryOptions({
  queryKey: ['analytics', 'summary'],
  queryFn: ({ signal }) => request<Summary>('/v1/analytics/summary', { signal }),
  staleTime: MART_AGE_MS,
})
