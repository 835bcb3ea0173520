import type { Device } from '@/features/customers/types'
import { toMs } from '@/lib/time'

interface Sorted {
  /** Those that wait for a confirmation, then those that payments may come from. */
  kept: Device[]
  removed: Device[]
}

const ORDER: Record<Device['state'], number> = { asked: 0, registered: 1, removed: 2 }

/** What is to be done first, and what is no more by itself; within each as the API has them, the newest first. */
export function sorted(devices: readonly Device[]): Sorted {
  const kept = devices.filter(({ state }) => state !== 'removed')
  return {
    kept: kept.sort((one, other) => ORDER[one.state] - ORDER[other.state]),
    removed: devices.filter(({ state }) => state === 'removed'),
  }
}

/** Whether a device waits for a confirmation that would come too late. */
export const isTooLate = ({ confirm_until }: Device, nowMs: number): boolean =>
  confirm_until !== null && toMs(confirm_until) < nowMs

/** What the API takes as a device's id, or null. */
export function deviceIdOf(text: string): string | null {
  const wanted = text.trim()
  return /^[A-Za-z0-9._:@-]{1,64}$/.test(wanted) ? wanted : null
}
