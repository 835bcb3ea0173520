import { useQuery } from '@tanstack/react-query'
import {
  Activity,
  BellRing,
  Blocks,
  ListOrdered,
  PiggyBank,
  Scale,
  ShieldCheck,
  UserRound,
  Users,
  WalletCards,
  type LucideIcon,
} from 'lucide-react'
import type { ShortcutKey } from '@/app/shortcut-words'
import { sessionQuery } from '@/features/session/api'
import { canReadBank, canServeCustomers, canWatch } from '@/features/session/roles'
import type { MessageKey } from '@/lib/i18n'

interface Destination {
  path: string
  label: MessageKey
  /** What its keys are called in the list of keys. */
  shortcut: ShortcutKey
  icon: LucideIcon
  keys: string
  /** Out of sight of those whom the API would refuse. */
  isOpenTo: (roles: readonly string[]) => boolean
}

/** The one list behind the navigation, the command menu and the keys. */
const DESTINATIONS: readonly Destination[] = [
  {
    path: '/live',
    label: 'nav.live',
    shortcut: 'shortcuts.goLive',
    icon: Activity,
    keys: 'g l',
    isOpenTo: canWatch,
  },
  {
    path: '/decisions',
    label: 'nav.decisions',
    shortcut: 'shortcuts.goDecisions',
    icon: ListOrdered,
    keys: 'g d',
    isOpenTo: canWatch,
  },
  {
    path: '/alerts',
    label: 'nav.alerts',
    shortcut: 'shortcuts.goAlerts',
    icon: BellRing,
    keys: 'g a',
    isOpenTo: canWatch,
  },
  {
    path: '/risk',
    label: 'nav.risk',
    shortcut: 'shortcuts.goRisk',
    icon: Scale,
    keys: 'g r',
    isOpenTo: canWatch,
  },
  {
    path: '/compliance',
    label: 'nav.compliance',
    shortcut: 'shortcuts.goCompliance',
    icon: ShieldCheck,
    keys: 'g s',
    isOpenTo: canWatch,
  },
  {
    path: '/customers',
    label: 'nav.customers',
    shortcut: 'shortcuts.goCustomers',
    icon: Users,
    keys: 'g k',
    isOpenTo: canServeCustomers,
  },
  {
    path: '/accounts',
    label: 'nav.accounts',
    shortcut: 'shortcuts.goAccounts',
    icon: WalletCards,
    keys: 'g b',
    isOpenTo: canReadBank,
  },
  {
    path: '/money',
    label: 'nav.money',
    shortcut: 'shortcuts.goMoney',
    icon: PiggyBank,
    keys: 'g m',
    isOpenTo: canReadBank,
  },
  {
    path: '/chain',
    label: 'nav.chain',
    shortcut: 'shortcuts.goChain',
    icon: Blocks,
    keys: 'g c',
    isOpenTo: canReadBank,
  },
  {
    path: '/profile',
    label: 'nav.profile',
    shortcut: 'shortcuts.goProfile',
    icon: UserRound,
    keys: 'g p',
    isOpenTo: (roles) => roles.includes('customer'),
  },
]

export function destinationsOf(roles: readonly string[]): readonly Destination[] {
  return DESTINATIONS.filter(({ isOpenTo }) => isOpenTo(roles))
}

/** Where somebody begins who asked for no page. */
export const homeOf = (roles: readonly string[]): string => destinationsOf(roles)[0]?.path ?? '/live'

/** Where whoever is signed in may go. */
export function useDestinations(): readonly Destination[] {
  const { data } = useQuery(sessionQuery)
  return destinationsOf(data?.user.roles ?? [])
}
