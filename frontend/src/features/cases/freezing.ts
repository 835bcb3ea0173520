import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import type { Freeze } from '@/features/cases/types'
import type { Page } from '@/lib/api-types'
import { query, request } from '@/lib/http'

export const freezesQuery = (customerId: string) =>
  queryOptions({
    queryKey: ['freezes', customerId],
    queryFn: ({ signal }) =>
      request<Page<Freeze>>(query('/v1/freezes', { customer_id: customerId, limit: '50' }), { signal }),
  })

type Freezing =
  | { how: 'place'; caseId: string; incoming: Freeze['incoming']; reason: string }
  | { how: 'lift'; freezeId: string }
  | { how: 'judge'; freezeId: string; approve: boolean; proposedAt: string }

function send(wanted: Freezing, customerId: string): Promise<Freeze> {
  switch (wanted.how) {
    case 'place':
      return request('/v1/freezes', {
        method: 'POST',
        body: {
          customer_id: customerId,
          cause: 'suspicion',
          incoming: wanted.incoming,
          reason: wanted.reason,
          case_id: wanted.caseId,
        },
      })
    case 'lift':
      return request(`/v1/freezes/${encodeURIComponent(wanted.freezeId)}/lifting`, { method: 'POST' })
    case 'judge':
      return request(`/v1/freezes/${encodeURIComponent(wanted.freezeId)}/judgement`, {
        method: 'POST',
        body: { approve: wanted.approve, proposed_at: wanted.proposedAt },
      })
  }
}

/** Places a freeze on all of a customer's accounts, or brings one towards its end. */
export function useFreezing(customerId: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (wanted: Freezing) => send(wanted, customerId),
    onSettled: () =>
      client.invalidateQueries({ predicate: ({ queryKey: [name] }) => name === 'freezes' || name === 'case' }),
  })
}
