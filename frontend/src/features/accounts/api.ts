import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import type { Filters } from '@/features/accounts/filters'
import { moved, recategorised, type MovementPages } from '@/features/accounts/marks'
import type {
  Account,
  AccountLimits,
  Balance,
  Category,
  Customer,
  Goal,
  Holder,
  Movement,
  MovementPage,
  Spending,
} from '@/features/accounts/types'
import type { Page } from '@/lib/api-types'
import { query, request } from '@/lib/http'

const PAGE_ROWS = '50'
const ALL_ROWS = '200'
/** How often what is in sight is asked for anew: soon enough for money that comes, and long after the history has caught up. */
const POLL_MS = 15_000
const pathOf = (accountId: string, ...rest: readonly string[]) =>
  ['/v1/accounts', encodeURIComponent(accountId), ...rest].join('/')

/** All that the reader may see, or one customer's. */
export const accountsQuery = (customerId: string | null) =>
  infiniteQueryOptions({
    queryKey: ['accounts', customerId],
    queryFn: ({ pageParam, signal }) =>
      request<Page<Account>>(query('/v1/accounts', { customer_id: customerId, cursor: pageParam, limit: PAGE_ROWS }), {
        signal,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  })

export const customerQuery = (customerId: string) =>
  queryOptions({
    queryKey: ['customer', customerId],
    queryFn: ({ signal }) => request<Customer>(`/v1/customers/${encodeURIComponent(customerId)}`, { signal }),
  })

export const accountQuery = (accountId: string) =>
  queryOptions({
    queryKey: ['account', accountId],
    queryFn: ({ signal }) => request<Account>(pathOf(accountId), { signal }),
    refetchInterval: POLL_MS,
  })

export const balanceQuery = (accountId: string) =>
  queryOptions({
    queryKey: ['account', accountId, 'balance'],
    queryFn: ({ signal }) => request<Balance>(pathOf(accountId, 'balance'), { signal }),
    refetchInterval: POLL_MS,
  })

export const goalsQuery = (accountId: string) =>
  queryOptions({
    queryKey: ['account', accountId, 'goals'],
    queryFn: ({ signal }) =>
      request<Page<Goal>>(query('/v1/goals', { account_id: accountId, limit: ALL_ROWS }), { signal }),
  })

export const holdersQuery = (accountId: string) =>
  queryOptions({
    queryKey: ['account', accountId, 'holders'],
    queryFn: ({ signal }) =>
      request<Page<Holder>>(query(pathOf(accountId, 'holders'), { limit: ALL_ROWS }), { signal }),
  })

export const limitsQuery = (accountId: string) =>
  queryOptions({
    queryKey: ['account', accountId, 'limits'],
    queryFn: ({ signal }) => request<AccountLimits>(pathOf(accountId, 'limits'), { signal }),
  })

export const spendingQuery = (accountId: string) =>
  queryOptions({
    queryKey: ['account', accountId, 'spending'],
    queryFn: ({ signal }) => request<Spending>(pathOf(accountId, 'spending'), { signal }),
    refetchInterval: POLL_MS,
  })

/** Days that are asked for are the reader's. */
const zoneOf = ({ from, to }: Filters) =>
  from || to ? { time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone } : {}

export const movementsQuery = (accountId: string, filters: Filters) =>
  infiniteQueryOptions({
    queryKey: ['account', accountId, 'movements', filters],
    queryFn: ({ pageParam, signal }) =>
      request<MovementPage>(
        query(pathOf(accountId, 'transactions'), {
          ...filters,
          ...zoneOf(filters),
          cursor: pageParam,
          limit: PAGE_ROWS,
        }),
        { signal },
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    // Pages further down are being read.
    refetchInterval: ({ state }) => (state.data?.pages.length === 1 ? POLL_MS : false),
  })

interface Recategorised {
  movement: Movement
  category: Category
}

/**
 * The new category stands at once, in the list and in the sums, and goes back if the API refuses it. Neither is asked for anew at
 * once: the history shows a change within a second, and until then would tell the old one.
 */
export function useRecategorise(accountId: string) {
  const client = useQueryClient()
  const movements = { queryKey: ['account', accountId, 'movements'] }
  const spending = spendingQuery(accountId).queryKey
  const show = ({ movement, category }: Recategorised) => {
    client.setQueriesData<MovementPages>(
      movements,
      (pages) => pages && recategorised(pages, movement.transfer_id, category),
    )
    client.setQueryData(spending, (sums) => sums && moved(sums, movement, category))
  }
  return useMutation({
    mutationFn: ({ movement, category }: Recategorised) =>
      request<unknown>(pathOf(accountId, 'transactions', movement.transfer_id), {
        method: 'PATCH',
        body: { category },
      }),
    onMutate: async (asked) => {
      await client.cancelQueries(movements)
      show(asked)
    },
    // Only this change is taken back: others may have been made since.
    onError: (_error, { movement, category }) =>
      show({ movement: { ...movement, category }, category: movement.category as Category }),
  })
}
