import '@/design/base.css'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from '@/app/app'
import { Providers } from '@/app/providers'
import { usePreferences } from '@/features/preferences/store'
import { loadMessages } from '@/lib/i18n'

async function start(): Promise<void> {
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
