import { Search } from 'lucide-react'
import { NavLink } from 'react-router'
import { BrandMark } from '@/app/brand'
import { destinationsOf, useDestinations } from '@/app/destinations'
import { useUi } from '@/app/ui-store'
import { UserMenuButton } from '@/app/user-button'
import { IconButton } from '@/design/button'
import { classes } from '@/design/classes'
import { Kbd } from '@/design/kbd'
import type { User } from '@/lib/api-types'
import { useI18n } from '@/lib/i18n'
import { useCurrentInSight } from '@/lib/use-current-in-sight'

const isApple = /Mac|iPhone|iPad/.test(navigator.userAgent)

/** On a desk: a column at the side. */
export function Sidebar({ user }: { user: User }) {
  const { t } = useI18n()
  const setCommandOpen = useUi((state) => state.setCommandOpen)
  return (
    <header className="glass sticky top-0 hidden h-dvh w-52 shrink-0 flex-col border-r border-line p-3 lg:flex">
      <div className="flex items-center gap-2.5 px-2 pt-1.5 pb-4">
        <BrandMark className="size-7" />
        <span className="text-[15px] font-semibold tracking-tight">BaaS Ultra</span>
      </div>
      <button
        type="button"
        onClick={() => setCommandOpen(true)}
        className="flex h-9 items-center gap-2 rounded-control border border-line bg-surface px-2.5 text-ink-3 transition-colors duration-150 hover:border-line-strong hover:text-ink-2"
      >
        <Search size={15} strokeWidth={1.75} aria-hidden />
        <span className="flex-1 truncate text-left">{t('nav.search')}</span>
        <Kbd>{isApple ? '⌘K' : 'Ctrl K'}</Kbd>
      </button>
      <nav aria-label={t('nav.main')} className="mt-5 flex-1">
        <h2 className="px-2 pb-1.5 text-[12px] text-ink-3">{t('nav.bank')}</h2>
        <ul className="grid gap-0.5">
          {destinationsOf(user.roles).map(({ path, label, icon: Icon }) => (
            <li key={path}>
              <NavLink
                to={path}
                className={({ isActive }) =>
                  classes(
                    'flex h-9 items-center gap-2.5 rounded-control px-2 font-medium transition-colors duration-150',
                    isActive ? 'bg-selected text-ink' : 'text-ink-2 hover:bg-hover hover:text-ink',
                  )
                }
              >
                <Icon size={16} strokeWidth={1.75} aria-hidden />
                {t(label)}
              </NavLink>
            </li>
          ))}
        </ul>
      </nav>
      <UserMenuButton user={user} />
    </header>
  )
}

/** On a phone: what a thumb reaches. */
export function TopBar({ user }: { user: User }) {
  const { t } = useI18n()
  const setCommandOpen = useUi((state) => state.setCommandOpen)
  return (
    <header className="glass sticky top-0 z-30 flex h-13 items-center gap-2 border-b border-line px-4 lg:hidden">
      <BrandMark className="size-6" />
      <span className="flex-1 text-[14px] font-semibold tracking-tight">BaaS Ultra</span>
      <IconButton label={t('nav.search')} className="size-10" onClick={() => setCommandOpen(true)}>
        <Search size={17} strokeWidth={1.75} aria-hidden />
      </IconButton>
      <UserMenuButton user={user} compact />
    </header>
  )
}

export function BottomBar() {
  const { t } = useI18n()
  const destinations = useDestinations()
  const row = useCurrentInSight<HTMLUListElement>()
  return (
    <nav
      aria-label={t('nav.main')}
      className="glass fixed inset-x-0 bottom-0 z-30 border-t border-line pb-[env(safe-area-inset-bottom)] lg:hidden"
    >
      <ul
        ref={row}
        className="relative grid auto-cols-[minmax(4.5rem,1fr)] grid-flow-col overflow-x-auto [scrollbar-width:none]"
      >
        {destinations.map(({ path, label, icon: Icon }) => (
          <li key={path}>
            <NavLink
              to={path}
              className={({ isActive }) =>
                classes(
                  'grid h-14 place-content-center justify-items-center gap-1 text-[12px] font-medium',
                  isActive ? 'text-accent' : 'text-ink-3',
                )
              }
            >
              <Icon size={18} strokeWidth={1.75} aria-hidden />
              {t(label)}
            </NavLink>
          </li>
        ))}
      </ul>
    </nav>
  )
}
