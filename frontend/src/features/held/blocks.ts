import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import type { Block, Shown } from '@/features/held/types'
import type { Page } from '@/lib/api-types'
import { query, request } from '@/lib/http'

const PAGE_ROWS = '50'
const pathOf = (blockId: string) => `/v1/blocks/${encodeURIComponent(blockId)}`

export const blocksQuery = (show: Shown) =>
  infiniteQueryOptions({
    queryKey: ['blocks', show],
    queryFn: ({ pageParam, signal }) =>
      request<Page<Block>>(query('/v1/blocks', { show, cursor: pageParam, limit: PAGE_ROWS }), { signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  })

export const blockQuery = (blockId: string) =>
  queryOptions({
    queryKey: ['blocks', 'one', blockId],
    queryFn: ({ signal }) => request<Block>(pathOf(blockId), { signal }),
  })

type Blocking =
  | { how: 'place'; transferId: string; reason: string }
  | { how: 'propose'; blockId: string; outcome: 'keep' | 'release' }
  | { how: 'judge'; blockId: string; approve: boolean; proposedAt: string }

function send(wanted: Blocking): Promise<Block> {
  switch (wanted.how) {
    case 'place':
      return request('/v1/blocks', {
        method: 'POST',
        body: { transfer_id: wanted.transferId, reason: wanted.reason, case_id: null },
      })
    case 'propose':
      return request(`${pathOf(wanted.blockId)}/proposal`, { method: 'POST', body: { outcome: wanted.outcome } })
    case 'judge':
      return request(`${pathOf(wanted.blockId)}/judgement`, {
        method: 'POST',
        body: { approve: wanted.approve, proposed_at: wanted.proposedAt },
      })
  }
}

/** Blocks a received payment, or brings a block towards its end; lists and clocks are asked for anew. */
export function useBlocking() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: send,
    onSettled: () =>
      client.invalidateQueries({
        predicate: ({ queryKey: [name] }) => name === 'blocks' || name === 'cases-due' || name === 'cases-queues',
      }),
  })
}
