import { createContext, useContext, useEffect, useMemo, useState, type ReactNode } from 'react'
import type { Language } from '@/lib/format'
import { useI18n, wordsOf, type I18n, type MessageKey, type Values, type Words } from '@/lib/i18n'

type Loaders<K extends string> = Record<Language, () => Promise<{ default: Record<K, string> }>>

/** `useI18n` with the words of some pages beside everybody's. */
export type PageI18n<K extends string> = Omit<I18n, 't'> & Words<K | MessageKey>

interface Loaded<K extends string> {
  words: Words<K>
  messages: Record<K, string>
}

interface PageWordsProps {
  fallback: ReactNode
  children: ReactNode
}

/** The words of some pages, which come with their code, so that no other page carries them: what loads them, and what reads them. */
export function pageWords<K extends string>(loaders: Loaders<K>) {
  const WordsContext = createContext<Loaded<K> | null>(null)

  function PageWords({ fallback, children }: PageWordsProps) {
    const { language } = useI18n()
    const [loaded, setLoaded] = useState<Loaded<K> | null>(null)
    useEffect(() => {
      let current = true
      void loaders[language]().then(({ default: messages }) => {
        if (current) setLoaded({ words: wordsOf(language, messages), messages })
      })
      return () => {
        current = false
      }
    }, [language])
    return loaded ? <WordsContext.Provider value={loaded}>{children}</WordsContext.Provider> : fallback
  }

  function useWords(): PageI18n<K> {
    const i18n = useI18n()
    const loaded = useContext(WordsContext)
    if (!loaded) throw new Error('the words of a page are read outside it')
    return useMemo(() => {
      const { words, messages } = loaded
      const isOwn = (key: string): key is K => key in messages
      return {
        ...i18n,
        t: (key: K | MessageKey, values?: Values) => (isOwn(key) ? words.t(key, values) : i18n.t(key, values)),
        word: (prefix: string, code: string, otherwise?: string) =>
          isOwn(`${prefix}.${code}`) ? words.word(prefix, code, otherwise) : i18n.word(prefix, code, otherwise),
      }
    }, [i18n, loaded])
  }

  return { PageWords, useWords }
}
