import type en from '@/lib/messages/cases.en'
import { pageWords } from '@/lib/page-words'

export type CasesKey = keyof typeof en

const { PageWords, useWords } = pageWords<CasesKey>({
  en: () => import('@/lib/messages/cases.en'),
  'pt-BR': () => import('@/lib/messages/cases.pt-BR'),
})

/** The words of the pages about cases come with their code. */
export const CasesWords = PageWords
export const useCases = useWords
