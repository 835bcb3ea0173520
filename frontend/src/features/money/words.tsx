import type en from '@/lib/messages/money.en'
import { pageWords } from '@/lib/page-words'

export type MoneyKey = keyof typeof en

const { PageWords, useWords } = pageWords<MoneyKey>({
  en: () => import('@/lib/messages/money.en'),
  'pt-BR': () => import('@/lib/messages/money.pt-BR'),
})

/** The words of the page about a customer's money come with its code. */
export const MoneyWords = PageWords
export const useMoney = useWords
