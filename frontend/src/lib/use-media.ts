import { useSyncExternalStore } from 'react'

export function useMedia(mediaQuery: string): boolean {
  return useSyncExternalStore(
    (notify) => {
      const list = window.matchMedia(mediaQuery)
      list.addEventListener('change', notify)
      return () => list.removeEventListener('change', notify)
    },
    () => window.matchMedia(mediaQuery).matches,
  )
}
