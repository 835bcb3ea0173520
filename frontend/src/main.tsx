import '@/design/base.css'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from '@/app/app'
import { client } from '@/app/client'
import { preloadPage } from '@/app/pages'
import { Providers } from '@/app/providers'
import { sessionQuery } from '@/features/session/api'
import { usePreferences } from '@/features/preferences/store'
import { loadMessages } from '@/lib/i18n'

async function start(): Promise<void> {
  preloadPage(window.location.pathname)
  void client.prefetchQuery(sessionQuery)
  const { language } = usePreferences.getState()
  const initial = { language, messages: await loadMessages(language) }
  const root = document.getElementById('root')
  if (!root) throw new Error('index.html has no #root')
  createRoot(root).render(
    <StrictMode>
      <Providers initial={initial}>
        <App />
      </Providers>
    </StrictMode>,
  )
}

void start()
