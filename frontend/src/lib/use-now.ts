import { useEffect, useState } from 'react'
import { startOfDayMs } from '@/lib/time'

/** The time, renewed every `every` milliseconds, for words such as "12 s ago"; or as often as it says of the time itself. */
export function useNow(every: number | ((nowMs: number) => number)): number {
  const [now, setNow] = useState(Date.now)
  const everyMs = typeof every === 'number' ? every : every(now)
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs)
    return () => clearInterval(timer)
  }, [everyMs])
  return now
}

const DAY_STEP_MS = 60_000

/** The midnight with which today began; a page that stays open overnight sees it change. */
export function useTodayMs(): number {
  return startOfDayMs(useNow(DAY_STEP_MS))
}
