import { NavLink } from 'react-router'
import { classes } from '@/design/classes'
import { useOffice } from '@/features/office/words'

const SIDES = [
  { to: '/compliance/disputes', label: 'dispute.side.received' },
  { to: '/compliance/disputes/sent', label: 'dispute.side.sent' },
] as const

/** Which side of a fraud the bank is on: its customer received the money, or paid it. */
export function Sides() {
  const { t } = useOffice()
  return (
    <nav
      aria-label={t('dispute.sides')}
      className="inline-flex max-w-full gap-0.5 self-start overflow-x-auto rounded-[9px] bg-sunken p-0.5"
    >
      {SIDES.map(({ to, label }) => (
        <NavLink
          key={to}
          to={to}
          end
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
