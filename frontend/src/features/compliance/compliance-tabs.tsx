import { NavLink } from 'react-router'
import { classes } from '@/design/classes'
import { useCompliance } from '@/features/compliance/words'
import { canKeepLists, isOfficer } from '@/features/session/roles'
import { useUser } from '@/features/session/user'
import { useCurrentInSight } from '@/lib/use-current-in-sight'

const anybody = () => true
const TABS = [
  { to: '/compliance/today', label: 'compliance.tab.today', end: true, isOpenTo: canKeepLists },
  { to: '/compliance/cases', label: 'compliance.tab.cases', end: false, isOpenTo: canKeepLists },
  { to: '/compliance/reports', label: 'compliance.tab.reports', end: true, isOpenTo: isOfficer },
  { to: '/compliance/blocks', label: 'compliance.tab.blocks', end: true, isOpenTo: isOfficer },
  { to: '/compliance/disputes', label: 'compliance.tab.disputes', end: false, isOpenTo: isOfficer },
  { to: '/compliance/trace', label: 'compliance.tab.trace', end: true, isOpenTo: anybody },
  { to: '/compliance/scenarios', label: 'compliance.tab.scenarios', end: false, isOpenTo: anybody },
  { to: '/compliance/screening', label: 'compliance.tab.hits', end: true, isOpenTo: canKeepLists },
  { to: '/compliance/screening/lists', label: 'compliance.tab.lists', end: false, isOpenTo: anybody },
  { to: '/compliance/screening/search', label: 'compliance.tab.search', end: false, isOpenTo: canKeepLists },
] as const

export function ComplianceTabs() {
  const { t } = useCompliance()
  const { roles } = useUser()
  const row = useCurrentInSight<HTMLElement>()
  return (
    <nav
      ref={row}
      aria-label={t('compliance.tabs')}
      className="relative inline-flex max-w-full gap-0.5 overflow-x-auto rounded-[9px] bg-sunken p-0.5"
    >
      {TABS.filter(({ isOpenTo }) => isOpenTo(roles)).map(({ to, label, end }) => (
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
