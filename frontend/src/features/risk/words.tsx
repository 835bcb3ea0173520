import type en from '@/lib/messages/risk.en'
import { pageWords } from '@/lib/page-words'

export type RiskMessages = Record<keyof typeof en, string>
export type RiskKey = keyof RiskMessages

const { PageWords, useWords } = pageWords<RiskKey>({
  en: () => import('@/lib/messages/risk.en'),
  'pt-BR': () => import('@/lib/messages/risk.pt-BR'),
})

/** The words of the risk pages come with their code, so that no other page carries them. */
export const RiskWords = PageWords

/** `useI18n` with the words of the risk pages beside everybody's. */
export const useRisk = useWords
