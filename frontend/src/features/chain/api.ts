import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import type { Block, Head, Key, Proof, SignedBlock } from '@/features/chain/types'
import { checkBlock, checkProof } from '@/features/chain/verify'
import type { Page } from '@/lib/api-types'
import { query, request } from '@/lib/http'

const PAGE_ROWS = '50'
/** Half the time between two blocks. */
const POLL_MS = 5_000
const KEYS_POLL_MS = 60_000
const base = '/v1/ledger'

export const headQuery = queryOptions({
  queryKey: ['chain', 'head'],
  queryFn: ({ signal }) => request<Head>(`${base}/head`, { signal }),
  refetchInterval: POLL_MS,
})

/** Renewed by itself while only the newest page is there: pages further down are being read. */
export const blocksQuery = infiniteQueryOptions({
  queryKey: ['chain', 'blocks'],
  queryFn: ({ pageParam, signal }) =>
    request<Page<Block>>(query(`${base}/blocks`, { cursor: pageParam, limit: PAGE_ROWS }), { signal }),
  initialPageParam: null as string | null,
  getNextPageParam: (page) => page.next_cursor,
  refetchInterval: ({ state }) => (state.data?.pages.length === 1 ? POLL_MS : false),
})

/** A sealed block never changes. */
export const blockQuery = (height: number) =>
  queryOptions({
    queryKey: ['chain', 'block', height],
    queryFn: ({ signal }) => request<SignedBlock>(`${base}/blocks/${height}`, { signal }),
    staleTime: Infinity,
  })

export const keysQuery = queryOptions({
  queryKey: ['chain', 'keys'],
  queryFn: ({ signal }) => request<{ items: Key[] }>(`${base}/keys`, { signal }),
  // A block may be signed by a key that was made a moment ago.
  staleTime: 0,
  refetchInterval: KEYS_POLL_MS,
})

export const proofQuery = (transferId: string) =>
  queryOptions({
    queryKey: ['chain', 'proof', transferId],
    queryFn: ({ signal }) => request<Proof>(`${base}/transfers/${encodeURIComponent(transferId)}/proof`, { signal }),
  })

/** What this browser finds of an answer. Nothing is asked of the bank for it. */
export const checkedBlockQuery = (block: SignedBlock, keys: readonly Key[]) =>
  queryOptions({
    queryKey: ['chain', 'checked', 'block', block, keys],
    queryFn: () => checkBlock(block, keys),
    staleTime: Infinity,
    retry: false,
  })

export const checkedProofQuery = (proof: Proof) =>
  queryOptions({
    queryKey: ['chain', 'checked', 'proof', proof],
    queryFn: () => checkProof(proof),
    staleTime: Infinity,
    retry: false,
  })
