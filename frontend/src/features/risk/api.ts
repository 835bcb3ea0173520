import {
  infiniteQueryOptions,
  queryOptions,
  useMutation,
  useQueryClient,
  type QueryClient,
} from '@tanstack/react-query'
import type {
  ActivePolicy,
  Entry,
  Finding,
  ListKind,
  Policy,
  PolicyDetail,
  PolicyDocument,
  RiskList,
  Simulation,
  Vocabulary,
} from '@/features/risk/types'
import type { Page } from '@/lib/api-types'
import { query, request } from '@/lib/http'

const PAGE_ROWS = '50'
export const POLL_MS = 1_000
const base = '/v1/risk'
const listPath = (listId: string) => `${base}/lists/${encodeURIComponent(listId)}/entries`

export const vocabularyQuery = queryOptions({
  queryKey: ['risk', 'vocabulary'],
  queryFn: ({ signal }) => request<Vocabulary>(`${base}/vocabulary`, { signal }),
  staleTime: Infinity,
})

export const activeQuery = queryOptions({
  queryKey: ['risk', 'policies', 'active'],
  queryFn: ({ signal }) => request<ActivePolicy>(`${base}/policies/active`, { signal }),
})

export const policiesQuery = infiniteQueryOptions({
  queryKey: ['risk', 'policies', 'all'],
  queryFn: ({ pageParam, signal }) =>
    request<Page<Policy>>(query(`${base}/policies`, { cursor: pageParam, limit: PAGE_ROWS }), { signal }),
  initialPageParam: null as string | null,
  getNextPageParam: (page) => page.next_cursor,
})

export const policyQuery = (version: number) =>
  queryOptions({
    queryKey: ['risk', 'policies', version],
    queryFn: ({ signal }) => request<PolicyDetail>(`${base}/policies/${version}`, { signal }),
  })

export interface Checked {
  /** What the findings are about. */
  document: PolicyDocument
  findings: Finding[]
}

export const checkQuery = (document: PolicyDocument) =>
  queryOptions({
    queryKey: ['risk', 'check', document],
    queryFn: async ({ signal }): Promise<Checked> => {
      const body = { document }
      const { findings } = await request<{ findings: Finding[] }>(`${base}/policies/check`, {
        method: 'POST',
        body,
        signal,
      })
      return { document, findings }
    },
    staleTime: Infinity,
    gcTime: 0,
  })

export const isGoingOn = ({ status }: Pick<Simulation, 'status'>): boolean =>
  status === 'queued' || status === 'running'

/** The newest trials of a version; asked again while one goes on. */
export const simulationsQuery = (version: number) =>
  queryOptions({
    queryKey: ['risk', 'simulations', 'of', version],
    queryFn: ({ signal }) => {
      const path = query(`${base}/simulations`, { policy_version: String(version), limit: PAGE_ROWS })
      return request<Page<Simulation>>(path, { signal })
    },
    refetchInterval: ({ state }) => (state.data?.items.some(isGoingOn) ? POLL_MS : false),
  })

export const simulationQuery = (simulationId: string) =>
  queryOptions({
    queryKey: ['risk', 'simulations', simulationId],
    queryFn: ({ signal }) => {
      return request<Simulation>(`${base}/simulations/${encodeURIComponent(simulationId)}`, { signal })
    },
    refetchInterval: ({ state }) => (state.data && isGoingOn(state.data) ? POLL_MS : false),
  })

export const listsQuery = queryOptions({
  queryKey: ['risk', 'lists'],
  queryFn: ({ signal }) => request<{ items: RiskList[] }>(`${base}/lists`, { signal }),
})

export const entriesQuery = (listId: string, removed: boolean) =>
  infiniteQueryOptions({
    queryKey: ['risk', 'entries', listId, removed],
    queryFn: ({ pageParam, signal }) => {
      const asked = { cursor: pageParam, limit: PAGE_ROWS, removed: removed ? 'true' : null }
      return request<Page<Entry>>(query(listPath(listId), asked), { signal })
    },
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  })

/** Has what the risk pages show of these nouns asked for anew. */
export const renew = (client: QueryClient, ...nouns: string[]) =>
  Promise.all(nouns.map((noun) => client.invalidateQueries({ queryKey: ['risk', noun] })))

export type Move = { to: 'approve' | 'reject'; note: string } | { to: 'activate'; note: string }

export function useMove(version: number) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ to, note }: Move) =>
      to === 'activate'
        ? request<PolicyDetail>(`${base}/policies/${version}/activation`, { method: 'POST', body: { note } })
        : request<PolicyDetail>(`${base}/policies/${version}/judgement`, {
            method: 'POST',
            body: { approve: to === 'approve', ...(note && { note }) },
          }),
    onSuccess: (detail) => client.setQueryData(policyQuery(version).queryKey, detail),
    onSettled: () => renew(client, 'policies'),
  })
}

export function useWrite() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: { document: PolicyDocument; note: string; based_on: number | null }) =>
      request<PolicyDetail>(`${base}/policies`, { method: 'POST', body }),
    onSuccess: (detail) => {
      client.setQueryData(policyQuery(detail.version).queryKey, detail)
      return renew(client, 'policies')
    },
  })
}

export function useSimulate() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: { policy_version: number; from_day: string; to_day: string; model: string }) =>
      request<Simulation>(`${base}/simulations`, { method: 'POST', body }),
    onSuccess: () => renew(client, 'simulations'),
  })
}

export function useCancel(simulationId: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: () => request<Simulation>(`${base}/simulations/${simulationId}/cancellation`, { method: 'POST' }),
    onSettled: () => renew(client, 'simulations'),
  })
}

export function useMakeList() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: { list_id: string; kind: ListKind; field: string; sentence: string }) =>
      request<RiskList>(`${base}/lists`, { method: 'POST', body }),
    onSuccess: () => renew(client, 'lists'),
  })
}

export function useAddEntry(listId: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: { value: string; reason: string; expires_at: string | null }) =>
      request<undefined>(listPath(listId), { method: 'POST', body }),
    onSuccess: () => renew(client, 'lists', 'entries'),
  })
}

export function useRemoveEntry(listId: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (value: string) =>
      request<undefined>(`${listPath(listId)}/${encodeURIComponent(value)}`, { method: 'DELETE' }),
    onSettled: () => renew(client, 'lists', 'entries'),
  })
}
