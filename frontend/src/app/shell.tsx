import { useQueryClient } from '@tanstack/react-query'
import { lazy, Suspense, useEffect } from 'react'
import { Outlet, useNavigate } from 'react-router'
import { DESTINATIONS } from '@/app/destinations'
import { DetailPanel } from '@/app/detail-panel'
import { BottomBar, Sidebar, TopBar } from '@/app/navigation'
import { useUi } from '@/app/ui-store'
import { applyLiveAlerts } from '@/features/alerts/api'
import { forbidLive, startLive } from '@/features/live/store'
import { canWatch } from '@/features/session/roles'
import type { Session } from '@/lib/api-types'
import { useI18n } from '@/lib/i18n'
import { useShortcuts } from '@/lib/keyboard'

const CommandMenu = lazy(() => import('@/app/command-menu'))
const ShortcutsDialog = lazy(() => import('@/app/shortcuts-dialog'))

function useLiveConnection(session: Session): void {
  const client = useQueryClient()
  const watches = canWatch(session.user.roles)
  useEffect(() => {
    if (!watches) {
      forbidLive()
      return
    }
    return startLive((events) => applyLiveAlerts(client, events))
  }, [client, watches, session.user.id])
}

export function Shell({ session }: { session: Session }) {
  const { t } = useI18n()
  const navigate = useNavigate()
  const { commandOpen, shortcutsOpen, setCommandOpen, setShortcutsOpen } = useUi()
  useLiveConnection(session)
  useShortcuts({
    'mod+k': () => setCommandOpen(!commandOpen),
    '?': () => setShortcutsOpen(true),
    ...Object.fromEntries(DESTINATIONS.map(({ keys, path }) => [keys, () => void navigate(path)])),
  })
  return (
    <div className="min-h-dvh lg:flex">
      <a
        href="#content"
        className="fixed top-2 left-2 z-50 -translate-y-16 rounded-control bg-accent-strong px-3 py-2 font-medium text-on-accent focus:translate-y-0"
      >
        {t('app.skip')}
      </a>
      <Sidebar user={session.user} />
      <TopBar user={session.user} />
      <main id="content" tabIndex={-1} className="min-w-0 flex-1 pb-[calc(3.5rem+env(safe-area-inset-bottom))] outline-none lg:pb-0">
        <Outlet />
      </main>
      <BottomBar />
      <DetailPanel />
      <Suspense>
        {commandOpen && <CommandMenu />}
        {shortcutsOpen && <ShortcutsDialog />}
      </Suspense>
    </div>
  )
}
