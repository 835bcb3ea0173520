import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import type { Filters } from '@/features/decisions/filters'
import type { Decision, DecisionDetail, Page } from '@/lib/api-types'
import { query, request } from '@/lib/http'

export const PAGE_ROWS = '100'

export const decisionsQuery = (filters: Filters) =>
  infiniteQueryOptions({
    queryKey: ['decisions', filters],
    queryFn: ({ pageParam, signal }) =>
      request<Page<Decision>>(query('/v1/decisions', { ...filters, cursor: pageParam, limit: PAGE_ROWS }), { signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  })

export const decisionQuery = (transactionId: string) =>
  queryOptions({
    queryKey: ['decision', transactionId],
    queryFn: ({ signal }) => request<DecisionDetail>(`/v1/decisions/${encodeURIComponent(transactionId)}`, { signal }),
  })

const HISTORY_ROWS = '40'
/** How long after a decision its customer's next ones are looked for. */
const AFTERWARDS_MS = 2 * 86_400_000

export interface History {
  /** Newest first, as they come. */
  after: Decision[]
  before: Decision[]
}

/** The customer's decisions around one of theirs: the last ones before it, and those of the two days that follow. */
export const historyQuery = ({
  transaction_id,
  customer_id,
  event_time,
}: Pick<Decision, 'transaction_id' | 'customer_id' | 'event_time'>) =>
  queryOptions({
    queryKey: ['decision', transaction_id, 'history'],
    queryFn: async ({ signal }): Promise<History> => {
      const asked = { customer_id, limit: HISTORY_ROWS }
      const until = new Date(Date.parse(event_time) + AFTERWARDS_MS).toISOString()
      const [after, before] = await Promise.all([
        request<Page<Decision>>(query('/v1/decisions', { ...asked, from_time: event_time, until_time: until }), {
          signal,
        }),
        request<Page<Decision>>(query('/v1/decisions', { ...asked, until_time: event_time }), { signal }),
      ])
      return { after: after.items.filter((one) => one.transaction_id !== transaction_id), before: before.items }
    },
    enabled: customer_id !== null,
  })
