import { infiniteQueryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import type { Report } from '@/features/cases/types'
import type { Page } from '@/lib/api-types'
import { query, request } from '@/lib/http'

const PAGE_ROWS = '50'

export const reportsQuery = infiniteQueryOptions({
  queryKey: ['reports'],
  queryFn: ({ pageParam, signal }) =>
    request<Page<Report>>(query('/v1/reports', { cursor: pageParam, limit: PAGE_ROWS }), { signal }),
  initialPageParam: null as string | null,
  getNextPageParam: (page) => page.next_cursor,
})

type Reporting =
  | { how: 'export'; reportId: string }
  | { how: 'receipt'; reportId: string; receipt: string }
  | { how: 'nil'; year: number }

function send(wanted: Reporting): Promise<Report> {
  if (wanted.how === 'nil') return request('/v1/reports', { method: 'POST', body: { year: wanted.year } })
  const path = `/v1/reports/${encodeURIComponent(wanted.reportId)}`
  return wanted.how === 'export'
    ? request(`${path}/export`, { method: 'POST' })
    : request(`${path}/receipt`, { method: 'POST', body: { receipt: wanted.receipt } })
}

/** Brings a report towards its end; the case of one that was sent is reported then. */
export function useReporting() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: send,
    onSettled: () =>
      client.invalidateQueries({
        predicate: ({ queryKey: [name] }) => name === 'reports' || String(name).startsWith('case'),
      }),
  })
}
