import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { BrowserRouter } from 'react-router'
import { CrashBoundary } from '@/app/crash-boundary'
import { usePreferences } from '@/features/preferences/store'
import { sessionQuery } from '@/features/session/api'
import type { Language } from '@/lib/format'
import { ApiError } from '@/lib/http'
import { I18nProvider, type Messages } from '@/lib/i18n'

const MAX_RETRIES = 2
const STALE_MS = 15_000

/** A refused session is known everywhere at once: the shell then shows the login page, and comes back to where it was. */
function onError(error: Error): void {
  if (error instanceof ApiError && error.status === 401 && client.getQueryData(sessionQuery.queryKey)) {
    client.setQueryData(sessionQuery.queryKey, null)
  }
}

const client: QueryClient = new QueryClient({
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

interface ProvidersProps {
  initial: { language: Language; messages: Messages }
  children: ReactNode
}

export function Providers({ initial, children }: ProvidersProps) {
  const language = usePreferences((state) => state.language)
  return (
    <I18nProvider language={language} initial={initial}>
      <CrashBoundary>
        <QueryClientProvider client={client}>
          <BrowserRouter>{children}</BrowserRouter>
        </QueryClientProvider>
      </CrashBoundary>
    </I18nProvider>
  )
}
