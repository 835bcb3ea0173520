import { infiniteQueryOptions, queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import type { ModelDetail, ModelMove, ModelVersion, NewMove } from '@/features/models/types'
import { isGoingOn, POLL_MS, renew } from '@/features/risk/api'
import type { Page } from '@/lib/api-types'
import { query, request } from '@/lib/http'

/** The largest page that the API gives, so that the champion is on the first one. */
const MODELS_ROWS = '200'
const MOVES_ROWS = '50'
const base = '/v1/risk'

export const modelsQuery = infiniteQueryOptions({
  queryKey: ['risk', 'models', 'all'],
  queryFn: ({ pageParam, signal }) =>
    request<Page<ModelVersion>>(query(`${base}/models`, { cursor: pageParam, limit: MODELS_ROWS }), { signal }),
  initialPageParam: null as string | null,
  getNextPageParam: (page) => page.next_cursor,
})

export const modelQuery = (version: number) =>
  queryOptions({
    queryKey: ['risk', 'models', version],
    queryFn: ({ signal }) => request<ModelDetail>(`${base}/models/${version}`, { signal }),
  })

/** The newest moves, of one version or of all; asked again while one goes on. */
const movesQuery = (version: number | null) =>
  queryOptions({
    queryKey: ['risk', 'moves', 'of', version],
    queryFn: ({ signal }) => {
      const path = query(`${base}/moves`, { version: version === null ? null : String(version), limit: MOVES_ROWS })
      return request<Page<ModelMove>>(path, { signal })
    },
    refetchInterval: ({ state }) => (state.data?.items.some(isGoingOn) ? POLL_MS : false),
  })

const moveQuery = (moveId: string) =>
  queryOptions({
    queryKey: ['risk', 'moves', moveId],
    queryFn: ({ signal }) => request<ModelMove>(`${base}/moves/${encodeURIComponent(moveId)}`, { signal }),
    refetchInterval: ({ state }) => (state.data && isGoingOn(state.data) ? POLL_MS : false),
  })

/** What a move changed about models is asked for anew once it is at its end. */
function useRenewedModels(goesOn: boolean): void {
  const client = useQueryClient()
  const went = useRef(goesOn)
  useEffect(() => {
    if (went.current && !goesOn) void renew(client, 'models')
    went.current = goesOn
  }, [client, goesOn])
}

export function useMoves(version: number | null) {
  const moves = useQuery(movesQuery(version))
  useRenewedModels(moves.data?.items.some(isGoingOn) ?? false)
  return moves
}

export function useMove(moveId: string) {
  const move = useQuery(moveQuery(moveId))
  useRenewedModels(move.data ? isGoingOn(move.data) : false)
  return move
}

export function useAsk() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: NewMove) => request<ModelMove>(`${base}/moves`, { method: 'POST', body }),
    // Also after a refusal: that another move is under way is then in sight.
    onSettled: () => renew(client, 'moves'),
  })
}
