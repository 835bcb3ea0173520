import { useQuery } from '@tanstack/react-query'
import { Activity, BellRing, ListOrdered, Scale, type LucideIcon } from 'lucide-react'
import { sessionQuery } from '@/features/session/api'
import { canWatch } from '@/features/session/roles'
import type { MessageKey } from '@/lib/i18n'

interface Destination {
  path: string
  label: MessageKey
  /** What its keys are called in the list of keys. */
  shortcut: MessageKey
  icon: LucideIcon
  keys: string
  /** Out of sight of those whom the API would refuse. */
  watchersOnly?: boolean
}

/** The one list behind the navigation, the command menu and the keys. */
const DESTINATIONS: readonly Destination[] = [
  { path: '/live', label: 'nav.live', shortcut: 'shortcuts.goLive', icon: Activity, keys: 'g l' },
  { path: '/decisions', label: 'nav.decisions', shortcut: 'shortcuts.goDecisions', icon: ListOrdered, keys: 'g d' },
  { path: '/alerts', label: 'nav.alerts', shortcut: 'shortcuts.goAlerts', icon: BellRing, keys: 'g a' },
  {
    path: '/risk',
    label: 'nav.risk',
    shortcut: 'shortcuts.goRisk',
    icon: Scale,
    keys: 'g r',
    watchersOnly: true,
  },
]

export function destinationsOf(roles: readonly string[]): readonly Destination[] {
  return canWatch(roles) ? DESTINATIONS : DESTINATIONS.filter(({ watchersOnly }) => !watchersOnly)
}

/** Where whoever is signed in may go. */
export function useDestinations(): readonly Destination[] {
  const { data } = useQuery(sessionQuery)
  return destinationsOf(data?.user.roles ?? [])
}
