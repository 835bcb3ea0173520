import {
  infiniteQueryOptions,
  queryOptions,
  replaceEqualDeep,
  useMutation,
  useQueryClient,
} from '@tanstack/react-query'
import type {
  Case,
  CaseDetail,
  CaseOrder,
  OpenedCase,
  ProposedDecision,
  Severity,
  TrailRow,
} from '@/features/cases/types'
import type { Page } from '@/lib/api-types'
import { query, request } from '@/lib/http'

const PAGE_ROWS = '50'

const pathOf = (caseId: string) => `/v1/cases/${encodeURIComponent(caseId)}`

export const casesQuery = (order: CaseOrder, mine: string | null) =>
  infiniteQueryOptions({
    queryKey: ['cases', order, mine],
    queryFn: ({ pageParam, signal }) =>
      request<Page<Case>>(query('/v1/cases', { order, assignee: mine, cursor: pageParam, limit: PAGE_ROWS }), {
        signal,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  })

/** Of two answers about a case the newer: one that was asked for before something was done may arrive after its answer. */
function newerOf(kept: unknown, came: unknown): unknown {
  const [before, after] = [kept, came] as [CaseDetail | undefined, CaseDetail]
  return before && before.version > after.version ? before : replaceEqualDeep(before, after)
}

export const caseQuery = (caseId: string) =>
  queryOptions({
    queryKey: ['case', caseId],
    queryFn: ({ signal }) => request<CaseDetail>(pathOf(caseId), { signal }),
    structuralSharing: newerOf,
  })

/** Cases of the same subject, and of the same scheme, the newest first. */
export const similarQuery = (of: { scheme: string } | { customer_id: string }) =>
  queryOptions({
    queryKey: ['cases-similar', of],
    queryFn: ({ signal }) =>
      request<Page<Case>>(query('/v1/cases', { order: 'newest', limit: '6', ...of }), { signal }),
  })

export const trailQuery = (caseId: string) =>
  infiniteQueryOptions({
    queryKey: ['case', caseId, 'trail'],
    queryFn: ({ pageParam, signal }) =>
      request<Page<TrailRow>>(query(`${pathOf(caseId)}/trail`, { cursor: pageParam, limit: PAGE_ROWS }), { signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  })

/** What can be done to a case. What names a version is refused when somebody else was quicker. */
export type Doing =
  | { how: 'take' }
  | { how: 'note'; text: string }
  | { how: 'attach'; name: string; mediaType: string; content: string }
  | { how: 'propose'; decision: ProposedDecision }
  | { how: 'judge'; approve: boolean; proposedAt: string; note: string | null }

function send(doing: Doing, { case_id, version }: CaseDetail): Promise<CaseDetail> {
  const path = pathOf(case_id)
  const ifMatch = `"${version}"`
  switch (doing.how) {
    case 'take':
      return request(`${path}/assignment`, { method: 'POST', body: { assignee: null }, ifMatch })
    case 'note':
      return request(`${path}/notes`, { method: 'POST', body: { text: doing.text } })
    case 'attach':
      return request(`${path}/evidence`, {
        method: 'POST',
        body: { name: doing.name, media_type: doing.mediaType, content: doing.content },
      })
    case 'propose':
      return request(`${path}/decision`, { method: 'POST', body: doing.decision, ifMatch })
    case 'judge':
      return request(`${path}/judgement`, {
        method: 'POST',
        body: { approve: doing.approve, proposed_at: doing.proposedAt, note: doing.note },
      })
  }
}

/** Does something to a case; lists and clocks are asked for anew. */
export function useDoing(of: CaseDetail) {
  const client = useQueryClient()
  const { queryKey } = caseQuery(of.case_id)
  return useMutation({
    mutationFn: (doing: Doing) => send(doing, of),
    onSuccess: (detail) => client.setQueryData(queryKey, detail),
    onError: () => client.invalidateQueries({ queryKey }),
    onSettled: () =>
      client.invalidateQueries({
        predicate: ({ queryKey: [name, id, part] }) =>
          String(name).startsWith('cases') || name === 'alert' || (id === of.case_id && part === 'trail'),
      }),
  })
}

export interface NewCase {
  alertId: string
  scheme: string
  severity: Severity
  despiteQuiet: boolean
}

/** Puts an alert into a case: a new one, or the one of its subject and scheme that is being worked on. */
export function useOpenCase() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ alertId, scheme, severity, despiteQuiet }: NewCase) =>
      request<OpenedCase>('/v1/cases', {
        method: 'POST',
        body: { alert_id: alertId, scheme, severity, despite_quiet: despiteQuiet },
      }),
    onSuccess: (opened) => client.setQueryData(caseQuery(opened.case_id).queryKey, opened),
    onSettled: () =>
      client.invalidateQueries({
        predicate: ({ queryKey: [name] }) => String(name).startsWith('cases') || String(name).startsWith('alert'),
      }),
  })
}
