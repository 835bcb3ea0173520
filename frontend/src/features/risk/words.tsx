import { createContext, useContext, useEffect, useMemo, useState, type ReactNode } from 'react'
import { useI18n, wordsOf, type I18n, type MessageKey, type Values, type Words } from '@/lib/i18n'
import type { Language } from '@/lib/format'
import type en from '@/lib/messages/risk.en'

export type RiskMessages = Record<keyof typeof en, string>
export type RiskKey = keyof RiskMessages
export type RiskI18n = Omit<I18n, 't'> & Words<RiskKey | MessageKey>

const loaders: Record<Language, () => Promise<{ default: RiskMessages }>> = {
  en: () => import('@/lib/messages/risk.en'),
  'pt-BR': () => import('@/lib/messages/risk.pt-BR'),
}

interface Loaded {
  words: Words<RiskKey>
  messages: RiskMessages
}

const WordsContext = createContext<Loaded | null>(null)

/** The words of the risk pages come with their code, so that no other page carries them. */
export function RiskWords({ fallback, children }: { fallback: ReactNode; children: ReactNode }) {
  const { language } = useI18n()
  const [loaded, setLoaded] = useState<Loaded | null>(null)
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

/** `useI18n` with the words of the risk pages beside everybody's. */
export function useRisk(): RiskI18n {
  const i18n = useI18n()
  const loaded = useContext(WordsContext)
  if (!loaded) throw new Error('useRisk is called outside RiskWords')
  return useMemo(() => {
    const { words, messages } = loaded
    const isOwn = (key: string): key is RiskKey => key in messages
    return {
      ...i18n,
      t: (key: RiskKey | MessageKey, values?: Values) => (isOwn(key) ? words.t(key, values) : i18n.t(key, values)),
      word: (prefix: string, code: string, otherwise?: string) =>
        isOwn(`${prefix}.${code}`) ? words.word(prefix, code, otherwise) : i18n.word(prefix, code, otherwise),
    }
  }, [i18n, loaded])
}
