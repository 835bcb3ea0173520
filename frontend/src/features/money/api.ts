import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import type { Category } from '@/features/accounts/types'
import type {
  Budget,
  BudgetsOfMonth,
  CashCalendar,
  FinancialHealth,
  RecurringPayments,
  UnusualSpending,
  Whose,
} from '@/features/money/types'
import { ifBuilt, query, request } from '@/lib/http'

/** Movements change it, and they come all day; what is told of thirty days is as true a minute later. */
const INSIGHT_AGE_MS = 60_000

/** Nothing where the history has not been built here yet. */
function insight<T>(name: string, { customerId, currency }: Whose) {
  return queryOptions({
    queryKey: ['insights', name, customerId, currency],
    queryFn: ({ signal }) =>
      ifBuilt(request<T>(query(`/v1/insights/${name}`, { customer_id: customerId, currency }), { signal })),
    staleTime: INSIGHT_AGE_MS,
  })
}

export const healthQuery = (whose: Whose) => insight<FinancialHealth>('health', whose)
export const budgetsQuery = (whose: Whose) => insight<BudgetsOfMonth>('budgets', whose)
export const unusualQuery = (whose: Whose) => insight<UnusualSpending>('unusual', whose)
export const calendarQuery = (whose: Whose) => insight<CashCalendar>('calendar', whose)

/** All that comes again, in every currency. */
export const recurringQuery = ({ customerId }: Whose) =>
  queryOptions({
    queryKey: ['insights', 'recurring', customerId],
    queryFn: ({ signal }) =>
      ifBuilt(request<RecurringPayments>(query('/v1/insights/recurring', { customer_id: customerId }), { signal })),
    staleTime: INSIGHT_AGE_MS,
  })

/** A budget as it is wanted: a new one, another limit for one that there is, or none of it any more. */
export type Wanted =
  | { how: 'set'; category: Category | null; limitMinor: number; key: string }
  | { how: 'change'; budget: Budget; limitMinor: number }
  | { how: 'drop'; budget: Budget }

const pathOf = ({ budget_id }: Budget) => `/v1/budgets/${encodeURIComponent(budget_id)}`
const versionOf = ({ version }: Budget) => `"${version}"`

function send(wanted: Wanted, { customerId, currency }: Whose): Promise<unknown> {
  if (wanted.how === 'change')
    return request(pathOf(wanted.budget), {
      method: 'PATCH',
      body: { limit_minor: wanted.limitMinor },
      ifMatch: versionOf(wanted.budget),
    })
  if (wanted.how === 'drop')
    return request(pathOf(wanted.budget), { method: 'DELETE', ifMatch: versionOf(wanted.budget) })
  const { category, limitMinor, key } = wanted
  return request('/v1/budgets', {
    method: 'POST',
    body: { customer_id: customerId, category, currency, limit_minor: limitMinor },
    idempotencyKey: key,
  })
}

/** Sets, changes or drops a budget; how the month stands is asked for anew. */
export function useBudget(whose: Whose) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (wanted: Wanted) => send(wanted, whose),
    onSettled: () => client.invalidateQueries({ queryKey: budgetsQuery(whose).queryKey }),
  })
}
