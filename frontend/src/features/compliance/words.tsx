import type en from '@/lib/messages/compliance.en'
import { pageWords, type PageI18n } from '@/lib/page-words'

export type ComplianceKey = keyof typeof en
export type ComplianceI18n = PageI18n<ComplianceKey>

const { PageWords, useWords } = pageWords<ComplianceKey>({
  en: () => import('@/lib/messages/compliance.en'),
  'pt-BR': () => import('@/lib/messages/compliance.pt-BR'),
})

/** The words of the compliance pages come with their code. */
export const ComplianceWords = PageWords
export const useCompliance = useWords
