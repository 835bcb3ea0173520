import { queryOptions } from '@tanstack/react-query'
import type { Bounds, Trace } from '@/features/tracing/types'
import { query, request } from '@/lib/http'

/** Where a payment's money went. What it is made of only grows, so that an answer stays good for a while. */
const AGE_MS = 300_000

export const traceQuery = (transferId: string, { hours, hops, fanOut }: Bounds) =>
  queryOptions({
    queryKey: ['trace', transferId, hours, hops, fanOut],
    queryFn: ({ signal }) =>
      request<Trace>(
        query(`/v1/graph/transfers/${encodeURIComponent(transferId)}/trace`, {
          within_hours: String(hours),
          max_hops: String(hops),
          fan_out: String(fanOut),
        }),
        { signal },
      ),
    staleTime: AGE_MS,
    // A graph that is away, or a question too large, is told at once.
    retry: false,
  })
