import { NavLink } from 'react-router'
import { classes } from '@/design/classes'
import { useCompliance } from '@/features/compliance/words'
import { canKeepLists } from '@/features/session/roles'
import { useUser } from '@/features/session/user'

const TABS = [
  { to: '/compliance/cases', label: 'compliance.tab.cases', end: false, casesOnly: true },
  { to: '/compliance/reports', label: 'compliance.tab.reports', end: true, casesOnly: true },
  { to: '/compliance/scenarios', label: 'compliance.tab.scenarios', end: false, casesOnly: false },
  { to: '/compliance/screening', label: 'compliance.tab.hits', end: true, casesOnly: true },
  { to: '/compliance/screening/lists', label: 'compliance.tab.lists', end: false, casesOnly: false },
  { to: '/compliance/screening/search', label: 'compliance.tab.search', end: false, casesOnly: true },
] as const

export function ComplianceTabs() {
  const { t } = useCompliance()
  const isCaseWorker = canKeepLists(useUser().roles)
  return (
    <nav
      aria-label={t('compliance.tabs')}
      className="inline-flex max-w-full gap-0.5 overflow-x-auto rounded-[9px] bg-sunken p-0.5"
    >
      {TABS.filter(({ casesOnly }) => isCaseWorker || !casesOnly).map(({ to, label, end }) => (
        <NavLink
          key={to}
          to={to}
          end={end}
          className={({ isActive }) =>
            classes(
              'inline-flex h-7 items-center rounded-[7px] px-2.5 text-[12.5px] font-medium whitespace-nowrap transition-colors duration-150 hover:text-ink',
              isActive ? 'bg-raised text-ink shadow-panel' : 'text-ink-2',
            )
          }
        >
          {t(label)}
        </NavLink>
      ))}
    </nav>
  )
}
