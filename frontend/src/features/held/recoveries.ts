import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import type { NewRecovery, Recovery, RecoveryRefusal, Shown, TrailRow } from '@/features/held/types'
import type { Page } from '@/lib/api-types'
import { query, request } from '@/lib/http'

const PAGE_ROWS = '50'
const pathOf = (recoveryId: string) => `/v1/recoveries/${encodeURIComponent(recoveryId)}`

export const recoveriesQuery = (show: Shown) =>
  infiniteQueryOptions({
    queryKey: ['recoveries', show],
    queryFn: ({ pageParam, signal }) =>
      request<Page<Recovery>>(query('/v1/recoveries', { show, cursor: pageParam, limit: PAGE_ROWS }), { signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  })

export const recoveryQuery = (recoveryId: string) =>
  queryOptions({
    queryKey: ['recoveries', 'one', recoveryId],
    queryFn: ({ signal }) => request<Recovery>(pathOf(recoveryId), { signal }),
  })

export const recoveryTrailQuery = (recoveryId: string) =>
  infiniteQueryOptions({
    queryKey: ['recoveries', 'trail', recoveryId],
    queryFn: ({ pageParam, signal }) =>
      request<Page<TrailRow>>(query(`${pathOf(recoveryId)}/trail`, { cursor: pageParam, limit: PAGE_ROWS }), {
        signal,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  })

const renewed = ({ queryKey: [name] }: { queryKey: readonly unknown[] }) =>
  name === 'recoveries' || name === 'cases-due' || name === 'cases-queues'

/** Writes down that a customer was defrauded. */
export function useOpenRecovery() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: NewRecovery) => request<Recovery>('/v1/recoveries', { method: 'POST', body }),
    onSettled: () => client.invalidateQueries({ predicate: renewed }),
  })
}

export type Recovering =
  | { how: 'send'; externalId: string }
  | { how: 'answer'; analysis: 'agreed' | 'disagreed' }
  | { how: 'request' | 'cancel' }
  | { how: 'return'; amountMinor: number | null }
  | { how: 'refuse'; refused: RecoveryRefusal }
  | { how: 'judge'; approve: boolean; proposedAt: string }

function send(doing: Recovering, recoveryId: string): Promise<Recovery> {
  const path = pathOf(recoveryId)
  switch (doing.how) {
    case 'send':
      return request(`${path}/sending`, { method: 'POST', body: { external_id: doing.externalId } })
    case 'answer':
      return request(`${path}/answer`, { method: 'POST', body: { analysis: doing.analysis } })
    case 'request':
      return request(`${path}/request`, { method: 'POST' })
    case 'cancel':
      return request(`${path}/cancellation`, { method: 'POST' })
    case 'return':
      return request(`${path}/return`, { method: 'POST', body: { amount_minor: doing.amountMinor } })
    case 'refuse':
      return request(`${path}/refusal`, { method: 'POST', body: { refused: doing.refused } })
    case 'judge':
      return request(`${path}/judgement`, {
        method: 'POST',
        body: { approve: doing.approve, proposed_at: doing.proposedAt },
      })
  }
}

/** Brings a recovery a step further; what else shows it is asked for anew. */
export function useRecovering(recoveryId: string) {
  const client = useQueryClient()
  const { queryKey } = recoveryQuery(recoveryId)
  return useMutation({
    mutationFn: (doing: Recovering) => send(doing, recoveryId),
    onSuccess: (recovery) => client.setQueryData(queryKey, recovery),
    onSettled: () => client.invalidateQueries({ predicate: renewed }),
  })
}
