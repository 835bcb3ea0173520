import IntlMessageFormat from 'intl-messageformat'
import { createContext, useContext, useEffect, useMemo, useState, type ReactNode } from 'react'
import { formatsOf, type Formats, type Language } from '@/lib/format'
import type en from '@/lib/messages/en'

export type Messages = Record<keyof typeof en, string>
export type MessageKey = keyof Messages
export type Values = Record<string, string | number>

export interface Words<K extends string> {
  t: (key: K, values?: Values) => string
  /** The message of a word that the API chose (a reason, a rule), or `otherwise`: by default the word itself made readable. */
  word: (prefix: string, code: string, otherwise?: string) => string
  /** The codes of which there are messages. */
  codesOf: (prefix: string) => string[]
}

export interface I18n extends Formats, Words<MessageKey> {
  language: Language
}

const loaders: Record<Language, () => Promise<{ default: Messages }>> = {
  en: () => import('@/lib/messages/en'),
  'pt-BR': () => import('@/lib/messages/pt-BR'),
}

export async function loadMessages(language: Language): Promise<Messages> {
  return (await loaders[language]()).default
}

export function humanise(code: string): string {
  const words = code.replaceAll(/[_-]+/g, ' ').trim()
  return words.charAt(0).toUpperCase() + words.slice(1)
}

export function wordsOf<K extends string>(language: Language, messages: Record<K, string>): Words<K> {
  const compiled = new Map<string, IntlMessageFormat>()
  const t = (key: K, values?: Values): string => {
    let message = compiled.get(key)
    if (!message) {
      message = new IntlMessageFormat(messages[key], language)
      compiled.set(key, message)
    }
    return String(message.format(values))
  }
  const word = (prefix: string, code: string, otherwise = humanise(code)): string => {
    const key = `${prefix}.${code}`
    return key in messages ? t(key as K) : otherwise
  }
  const codesOf = (prefix: string): string[] =>
    Object.keys(messages).flatMap((key) => (key.startsWith(`${prefix}.`) ? [key.slice(prefix.length + 1)] : []))
  return { t, word, codesOf }
}

export function makeI18n(language: Language, messages: Messages): I18n {
  return { ...formatsOf(language), language, ...wordsOf(language, messages) }
}

const I18nContext = createContext<I18n | null>(null)

interface I18nProviderProps {
  language: Language
  initial: { language: Language; messages: Messages }
  children: ReactNode
}

/** Keeps showing the language on screen until the messages of a newly chosen one are here. */
export function I18nProvider({ language, initial, children }: I18nProviderProps) {
  const [shown, setShown] = useState(initial)
  useEffect(() => {
    let current = true
    void loadMessages(language).then((messages) => {
      if (current) setShown({ language, messages })
    })
    return () => {
      current = false
    }
  }, [language])
  useEffect(() => {
    document.documentElement.lang = shown.language
  }, [shown.language])
  const value = useMemo(() => makeI18n(shown.language, shown.messages), [shown])
  return <I18nContext.Provider value={value}>{children}</I18nContext.Provider>
}

export function useI18n(): I18n {
  const value = useContext(I18nContext)
  if (!value) throw new Error('useI18n is called outside I18nProvider')
  return value
}
