import { useEffect, useSyncExternalStore } from 'react'
import { usePreferences } from '@/features/preferences/store'

const systemDark = window.matchMedia('(prefers-color-scheme: dark)')

function subscribeToSystem(notify: () => void): () => void {
  systemDark.addEventListener('change', notify)
  return () => systemDark.removeEventListener('change', notify)
}

/** The theme on screen: the chosen one, or the system's. */
export function useTheme(): 'light' | 'dark' {
  const choice = usePreferences((state) => state.theme)
  const isSystemDark = useSyncExternalStore(subscribeToSystem, () => systemDark.matches)
  if (choice !== 'system') return choice
  return isSystemDark ? 'dark' : 'light'
}

export function useThemeOnDocument(): void {
  const theme = useTheme()
  useEffect(() => {
    document.documentElement.dataset['theme'] = theme
  }, [theme])
}
