import { NavLink } from 'react-router'
import { classes } from '@/design/classes'
import { useRisk } from '@/features/risk/words'

const TABS = [
  { to: '/risk', label: 'risk.tab.policies', end: true },
  { to: '/risk/models', label: 'risk.tab.models', end: false },
  { to: '/risk/lists', label: 'risk.tab.lists', end: false },
] as const

export function RiskTabs() {
  const { t } = useRisk()
  return (
    <nav aria-label={t('risk.tabs')} className="inline-flex gap-0.5 rounded-[9px] bg-sunken p-0.5">
      {TABS.map(({ to, label, end }) => (
        <NavLink
          key={to}
          to={to}
          end={end}
          className={({ isActive }) =>
            classes(
              'inline-flex h-7 items-center rounded-[7px] px-2.5 text-[12.5px] font-medium transition-colors duration-150 hover:text-ink',
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
