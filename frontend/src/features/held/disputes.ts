import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import type { Dispute, DisputeState, Refusal, Shown, Situation, TrailRow } from '@/features/held/types'
import type { Page } from '@/lib/api-types'
import { query, request } from '@/lib/http'

const PAGE_ROWS = '50'
const pathOf = (disputeId: string) => `/v1/med/${encodeURIComponent(disputeId)}`

export const disputesQuery = (show: Shown, state: DisputeState | null) =>
  infiniteQueryOptions({
    queryKey: ['disputes', show, state],
    queryFn: ({ pageParam, signal }) =>
      request<Page<Dispute>>(query('/v1/med', { show, state, cursor: pageParam, limit: PAGE_ROWS }), { signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  })

export const disputeQuery = (disputeId: string) =>
  queryOptions({
    queryKey: ['disputes', 'one', disputeId],
    queryFn: ({ signal }) => request<Dispute>(pathOf(disputeId), { signal }),
  })

export const disputeTrailQuery = (disputeId: string) =>
  infiniteQueryOptions({
    queryKey: ['disputes', 'trail', disputeId],
    queryFn: ({ pageParam, signal }) =>
      request<Page<TrailRow>>(query(`${pathOf(disputeId)}/trail`, { cursor: pageParam, limit: PAGE_ROWS }), { signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  })

export interface NewDispute {
  external_id: string
  transfer_id: string
  situation: Situation
  amount_minor: number | null
  reported_at: string
}

const renewed = ({ queryKey: [name] }: { queryKey: readonly unknown[] }) =>
  name === 'disputes' || name === 'cases-due' || name === 'cases-queues'

/** Takes an infraction report in. */
export function useOpenDispute() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: NewDispute) => request<Dispute>('/v1/med', { method: 'POST', body }),
    onSettled: () => client.invalidateQueries({ predicate: renewed }),
  })
}

export type Disputing =
  | { how: 'acknowledge' | 'cancel' }
  | { how: 'analyse'; analysis: 'agreed' | 'disagreed' }
  | { how: 'judge'; approve: boolean; proposedAt: string }
  | { how: 'refund'; reject: Refusal | null }

function send(doing: Disputing, disputeId: string): Promise<Dispute> {
  const path = pathOf(disputeId)
  switch (doing.how) {
    case 'acknowledge':
      return request(`${path}/acknowledgement`, { method: 'POST' })
    case 'cancel':
      return request(`${path}/cancellation`, { method: 'POST' })
    case 'analyse':
      return request(`${path}/analysis`, { method: 'POST', body: { analysis: doing.analysis } })
    case 'judge':
      return request(`${path}/judgement`, {
        method: 'POST',
        body: { approve: doing.approve, proposed_at: doing.proposedAt },
      })
    case 'refund':
      return request(`${path}/refund`, { method: 'POST', body: { reject: doing.reject } })
  }
}

/** Brings a dispute a step further; what else shows it is asked for anew. */
export function useDisputing(disputeId: string) {
  const client = useQueryClient()
  const { queryKey } = disputeQuery(disputeId)
  return useMutation({
    mutationFn: (doing: Disputing) => send(doing, disputeId),
    onSuccess: (dispute) => client.setQueryData(queryKey, dispute),
    onSettled: () => client.invalidateQueries({ predicate: renewed }),
  })
}
