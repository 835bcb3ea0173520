import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query'
import { sessionQuery } from '@/features/session/api'
import { ApiError } from '@/lib/http'

const MAX_RETRIES = 2
const STALE_MS = 15_000

/** A refused session is known everywhere at once: the shell then shows the login page, and comes back to where it was. */
function onError(error: Error): void {
  if (error instanceof ApiError && error.status === 401 && client.getQueryData(sessionQuery.queryKey)) {
    client.setQueryData(sessionQuery.queryKey, null)
  }
}

export const client: QueryClient = new QueryClient({
  queryCache: new QueryCache({ onError }),
  mutationCache: new MutationCache({ onError }),
  defaultOptions: {
    queries: {
      staleTime: STALE_MS,
      refetchOnWindowFocus: false,
      retry: (failures, error) =>
        failures < MAX_RETRIES && !(error instanceof ApiError && error.status >= 400 && error.status < 500),
    },
  },
})
