import type en from '@/lib/messages/cases.en'
import { pageWords, type PageI18n } from '@/lib/page-words'

export type CasesKey = keyof typeof en
export type CasesI18n = PageI18n<CasesKey>

const { PageWords, useWords } = pageWords<CasesKey>({
  en: () => import('@/lib/messages/cases.en'),
  'pt-BR': () => import('@/lib/messages/cases.pt-BR'),
})

/** The words of the pages about cases come with their code. */
export const CasesWords = PageWords
export const useCases = useWords
