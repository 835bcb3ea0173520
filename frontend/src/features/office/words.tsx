import type en from '@/lib/messages/office.en'
import { pageWords } from '@/lib/page-words'

export type OfficeKey = keyof typeof en

const { PageWords, useWords } = pageWords<OfficeKey>({
  en: () => import('@/lib/messages/office.en'),
  'pt-BR': () => import('@/lib/messages/office.pt-BR'),
})

/** The words of the pages about what is due, what is held and where money went come with their code. */
export const OfficeWords = PageWords
export const useOffice = useWords
