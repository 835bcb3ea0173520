import { create } from 'zustand'
import { persist } from 'zustand/middleware'
import type { Language } from '@/lib/format'

export type ThemeChoice = 'system' | 'light' | 'dark'

interface Preferences {
  theme: ThemeChoice
  language: Language
  setTheme: (theme: ThemeChoice) => void
  setLanguage: (language: Language) => void
}

export function languageOfBrowser(languages: readonly string[]): Language {
  return languages[0]?.toLowerCase().startsWith('pt') ? 'pt-BR' : 'en'
}

/** What a person chose for this browser. public/theme.js reads the same record before the first paint. */
export const usePreferences = create<Preferences>()(
  persist(
    (set) => ({
      theme: 'system',
      language: languageOfBrowser(navigator.languages),
      setTheme: (theme) => set({ theme }),
      setLanguage: (language) => set({ language }),
    }),
    { name: 'baas.preferences', version: 1 },
  ),
)
