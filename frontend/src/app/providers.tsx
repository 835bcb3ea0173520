import { QueryClientProvider } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { BrowserRouter } from 'react-router'
import { client } from '@/app/client'
import { CrashBoundary } from '@/app/crash-boundary'
import { usePreferences } from '@/features/preferences/store'
import type { Language } from '@/lib/format'
import { I18nProvider, type Messages } from '@/lib/i18n'

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
