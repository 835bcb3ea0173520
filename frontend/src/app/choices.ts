import type { ThemeChoice } from '@/features/preferences/store'
import type { Language } from '@/lib/format'

export const THEMES: readonly ThemeChoice[] = ['system', 'light', 'dark']
export const LANGUAGES: readonly { value: Language; name: string }[] = [
  { value: 'en', name: 'English' },
  { value: 'pt-BR', name: 'Português (Brasil)' },
]
