import type en from '@/lib/messages/shortcuts.en'
import { pageWords } from '@/lib/page-words'

export type ShortcutKey = keyof typeof en

const { PageWords, useWords } = pageWords<ShortcutKey>({
  en: () => import('@/lib/messages/shortcuts.en'),
  'pt-BR': () => import('@/lib/messages/shortcuts.pt-BR'),
})

/** The words of the list of keys come with it. */
export const ShortcutWords = PageWords
export const useShortcutWords = useWords
