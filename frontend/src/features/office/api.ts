import { queryOptions } from '@tanstack/react-query'
import type { DueClock, DueList, Queue } from '@/features/office/types'
import { query, request } from '@/lib/http'

/** Clocks run while nobody does anything: the page asks again by itself. */
const AGE_MS = 60_000

/** What is due, of one clock or of all; the counts are of all. */
export const dueQuery = (clock: DueClock | null) =>
  queryOptions({
    queryKey: ['cases-due', clock],
    queryFn: ({ signal }) => request<DueList>(query('/v1/cases/due', { clock }), { signal }),
    staleTime: AGE_MS,
    refetchInterval: AGE_MS,
  })

export const queuesQuery = queryOptions({
  queryKey: ['cases-queues'],
  queryFn: ({ signal }) => request<{ items: Queue[] }>('/v1/cases/queues', { signal }),
  staleTime: AGE_MS,
  refetchInterval: AGE_MS,
})
