import { Activity, BellRing, ListOrdered, type LucideIcon } from 'lucide-react'
import type { MessageKey } from '@/lib/i18n'

interface Destination {
  path: string
  label: MessageKey
  icon: LucideIcon
  keys: string
}

/** The one list behind the navigation, the command menu and the keys. */
export const DESTINATIONS: readonly Destination[] = [
  { path: '/live', label: 'nav.live', icon: Activity, keys: 'g l' },
  { path: '/decisions', label: 'nav.decisions', icon: ListOrdered, keys: 'g d' },
  { path: '/alerts', label: 'nav.alerts', icon: BellRing, keys: 'g a' },
]
