import {
  infiniteQueryOptions,
  queryOptions,
  useMutation,
  useQueryClient,
  type QueryClient,
} from '@tanstack/react-query'
import type {
  CheckedList,
  Hit,
  HitDetail,
  ListChange,
  ListChangeDetail,
  ListVersion,
  Matches,
  Scenario,
  UnnamedChange,
  UnnamedChoice,
  Verdict,
  Version,
  VersionDetail,
  VersionDifference,
  WatchList,
} from '@/features/compliance/types'
import type { Page } from '@/lib/api-types'
import { query, request } from '@/lib/http'

const PAGE_ROWS = '50'
const POLL_MS = 1_000
const SLOW_POLL_MS = 5_000
const SCENARIOS = '/v1/scenarios'
const SCREENING = '/v1/screening'
const UNNAMED = `${SCREENING}/unnamed-payers`
const versionPath = (scenario: string, versionId?: string) =>
  `${SCENARIOS}/${encodeURIComponent(scenario)}/versions${versionId ? `/${encodeURIComponent(versionId)}` : ''}`
const changePath = (changeId: string) => `${SCREENING}/changes/${encodeURIComponent(changeId)}`

/** Pages of rows, one after another, at an address that takes a cursor. */
const pagesOf = <T>(key: readonly unknown[], path: string, asked: Record<string, string | null> = {}) =>
  infiniteQueryOptions({
    queryKey: key,
    queryFn: ({ pageParam, signal }) =>
      request<Page<T>>(query(path, { ...asked, cursor: pageParam, limit: PAGE_ROWS }), { signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  })

export const scenariosQuery = queryOptions({
  queryKey: ['scenarios', 'all'],
  queryFn: ({ signal }) => request<{ items: Scenario[] }>(SCENARIOS, { signal }),
})

export const versionsQuery = (scenario: string) =>
  pagesOf<Version>(['scenarios', 'versions', scenario], versionPath(scenario))

const isTrying = (detail: VersionDetail | undefined) =>
  detail?.trial?.status === 'queued' || detail?.trial?.status === 'running'

export const versionQuery = (scenario: string, versionId: string) =>
  queryOptions({
    queryKey: ['scenarios', 'version', scenario, versionId],
    queryFn: ({ signal }) => request<VersionDetail>(versionPath(scenario, versionId), { signal }),
    refetchInterval: ({ state }) => (isTrying(state.data) ? POLL_MS : false),
  })

const renew = (client: QueryClient, noun: 'scenarios' | 'screening') => client.invalidateQueries({ queryKey: [noun] })

export interface Proposal {
  valid_from: string
  values: Record<string, number>
  why: string
  days: number
  segment?: string
}

export function usePropose(scenario: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: Proposal) => request<VersionDetail>(versionPath(scenario), { method: 'POST', body }),
    onSuccess: () => renew(client, 'scenarios'),
  })
}

interface SaidTo {
  to: 'approve' | 'reject' | 'withdraw'
  note: string
}

/** What is said to a proposal at an address of its own: another person's judgement, or that it is taken back. */
function say<T>(path: string, { to, note }: SaidTo): Promise<T> {
  const body = note ? { note } : {}
  return to === 'withdraw'
    ? request<T>(`${path}/withdrawal`, { method: 'POST', body })
    : request<T>(`${path}/judgement`, { method: 'POST', body: { approve: to === 'approve', ...body } })
}

export type Said = SaidTo | { to: 'trial'; days: number }

export function useSay(scenario: string, versionId: string) {
  const client = useQueryClient()
  const path = versionPath(scenario, versionId)
  return useMutation({
    mutationFn: (said: Said) =>
      said.to === 'trial'
        ? request<VersionDetail>(`${path}/trial`, { method: 'POST', body: { days: said.days } })
        : say<VersionDetail>(path, said),
    onSettled: () => renew(client, 'scenarios'),
  })
}

export const hitsQuery = (status: string | null) =>
  pagesOf<Hit>(['screening', 'hits', status], `${SCREENING}/hits`, { status })

export const hitQuery = (hitId: string) =>
  queryOptions({
    queryKey: ['screening', 'hit', hitId],
    queryFn: ({ signal }) => request<HitDetail>(`${SCREENING}/hits/${encodeURIComponent(hitId)}`, { signal }),
  })

export function useDecide(hitId: string) {
  const client = useQueryClient()
  const path = `${SCREENING}/hits/${encodeURIComponent(hitId)}`
  return useMutation({
    mutationFn: (body: { verdict: Verdict; note: string } | { approve: boolean; proposed_at: string }) =>
      request<HitDetail>(`${path}/${'verdict' in body ? 'verdict' : 'judgement'}`, { method: 'POST', body }),
    onSettled: () => renew(client, 'screening'),
  })
}

export const watchListsQuery = queryOptions({
  queryKey: ['screening', 'lists'],
  queryFn: ({ signal }) => request<{ items: WatchList[] }>(`${SCREENING}/lists`, { signal }),
})

export const listVersionsQuery = (listId: string) =>
  pagesOf<ListVersion>(['screening', 'versions', listId], `${SCREENING}/lists/${encodeURIComponent(listId)}/versions`)

export const differenceQuery = (listId: string, version: number) =>
  queryOptions({
    queryKey: ['screening', 'difference', listId, version],
    queryFn: ({ signal }) =>
      request<VersionDifference>(`${SCREENING}/lists/${encodeURIComponent(listId)}/versions/${version}`, { signal }),
    staleTime: Infinity,
  })

export const listChangesQuery = pagesOf<ListChange>(['screening', 'changes'], `${SCREENING}/changes`)

export const listChangeQuery = (changeId: string) =>
  queryOptions({
    queryKey: ['screening', 'change', changeId],
    queryFn: ({ signal }) => request<ListChangeDetail>(changePath(changeId), { signal }),
    // Whoever looks at an approved one sees it loaded.
    refetchInterval: ({ state }) => (state.data?.status === 'approved' ? SLOW_POLL_MS : false),
  })

export interface Content {
  list_id: string
  csv: string
}

export function useCheckList() {
  return useMutation({
    mutationFn: (body: Content) => request<CheckedList>(`${SCREENING}/changes/check`, { method: 'POST', body }),
  })
}

export function useProposeList() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: Content & { licence: string; why: string }) =>
      request<ListChangeDetail>(`${SCREENING}/changes`, { method: 'POST', body }),
    onSuccess: () => renew(client, 'screening'),
  })
}

function useSayTo<T>(path: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (said: SaidTo) => say<T>(path, said),
    onSettled: () => renew(client, 'screening'),
  })
}

export const useSayToChange = (changeId: string) => useSayTo<ListChangeDetail>(changePath(changeId))

export const unnamedPayersQuery = queryOptions({
  queryKey: ['screening', 'unnamed'],
  queryFn: ({ signal }) => request<UnnamedChoice>(query(UNNAMED, { limit: PAGE_ROWS }), { signal }),
})

export function useProposeUnnamed() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: Pick<UnnamedChange, 'choice' | 'why'>) =>
      request<UnnamedChange>(UNNAMED, { method: 'POST', body }),
    onSettled: () => renew(client, 'screening'),
  })
}

export const useSayToUnnamed = (changeId: string) =>
  useSayTo<UnnamedChange>(`${UNNAMED}/${encodeURIComponent(changeId)}`)

export interface Wanted {
  name: string
  kind: string
  births: string[]
}

export function useSearchName() {
  return useMutation({
    mutationFn: (body: Wanted) => request<Matches>(`${SCREENING}/search`, { method: 'POST', body }),
  })
}
