import { queryOptions } from '@tanstack/react-query'
import type { CashFlow } from '@/features/forecasts/types'
import { ifBuilt, query, request } from '@/lib/http'

/** Forecasts are made once a night. */
const FORECAST_AGE_MS = 3_600_000

/** What is expected of a customer's accounts in a currency; nothing where no forecast has been made here yet. */
export const cashFlowQuery = (customerId: string, currency: string) =>
  queryOptions({
    queryKey: ['forecasts', 'cash-flow', customerId, currency],
    queryFn: ({ signal }) =>
      ifBuilt(
        request<CashFlow>(query('/v1/forecasts/cash-flow', { customer_id: customerId, currency }), {
          signal,
        }),
      ),
    staleTime: FORECAST_AGE_MS,
  })
