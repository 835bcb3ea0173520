import { useQueryClient } from '@tanstack/react-query'
import { lazy, Suspense, useEffect, useLayoutEffect, useRef, useState } from 'react'
import { Outlet, useLocation, useNavigate, useNavigationType } from 'react-router'
import { destinationsOf } from '@/app/destinations'
import { BottomBar, Sidebar, TopBar } from '@/app/navigation'
import { usePanel } from '@/app/panel'
import { useUi } from '@/app/ui-store'
import { applyLiveAlerts } from '@/features/alerts/api'
import { forbidLive, startLive } from '@/features/live/store'
import { canWatch } from '@/features/session/roles'
import type { Session } from '@/lib/api-types'
import { useI18n } from '@/lib/i18n'
import { useShortcuts } from '@/lib/keyboard'

const DetailPanel = lazy(() => import('@/app/detail-panel'))
const loadCommandMenu = () => import('@/app/command-menu')
const CommandMenu = lazy(loadCommandMenu)
const ShortcutsDialog = lazy(() => import('@/app/shortcuts-dialog'))

function useLiveConnection(session: Session): void {
  const client = useQueryClient()
  const watches = canWatch(session.user.roles)
  useEffect(() => {
    if (!watches) {
      forbidLive()
      return
    }
    return startLive({
      onAlerts: (events) => applyLiveAlerts(client, events),
      onResumed: () =>
        void client.invalidateQueries({ predicate: ({ queryKey }) => MISSED_IN_A_GAP.has(String(queryKey[0])) }),
    })
  }, [client, watches, session.user.id])
}

const SETTLED_MS = 1_500
const MISSED_IN_A_GAP = new Set(['decisions', 'alerts'])

/** The panel's code comes when the page has settled, or when an address asks for a panel; once here, it stays for its way out. */
function usePanelCode(): boolean {
  const { panel } = usePanel()
  const [isIdle, setIsIdle] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => {
      setIsIdle(true)
      // What is typed right after its keys would otherwise fall on the page behind it.
      void loadCommandMenu()
    }, SETTLED_MS)
    return () => clearTimeout(timer)
  }, [])
  return isIdle || panel !== null
}

/** A page that somebody goes to is read from its top; one that they go back to stands where they left it. */
function useTopOfPage(): void {
  const { pathname } = useLocation()
  const isBack = useNavigationType() === 'POP'
  const last = useRef(pathname)
  useLayoutEffect(() => {
    if (pathname !== last.current && !isBack) window.scrollTo(0, 0)
    last.current = pathname
  }, [pathname, isBack])
}

export default function Shell({ session }: { session: Session }) {
  const { t } = useI18n()
  const navigate = useNavigate()
  const { commandOpen, shortcutsOpen, setCommandOpen, setShortcutsOpen } = useUi()
  const panelWanted = usePanelCode()
  useLiveConnection(session)
  useTopOfPage()
  useShortcuts({
    'mod+k': () => setCommandOpen(!commandOpen),
    '?': () => setShortcutsOpen(true),
    ...Object.fromEntries(
      destinationsOf(session.user.roles).map(({ keys, path }) => [keys, () => void navigate(path)]),
    ),
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
      <main
        id="content"
        tabIndex={-1}
        className="min-w-0 flex-1 pb-[calc(3.5rem+env(safe-area-inset-bottom))] outline-none lg:pb-0"
      >
        <Outlet />
      </main>
      <BottomBar />
      <Suspense>{panelWanted && <DetailPanel />}</Suspense>
      <Suspense>
        {commandOpen && <CommandMenu />}
        {shortcutsOpen && <ShortcutsDialog />}
      </Suspense>
    </div>
  )
}
