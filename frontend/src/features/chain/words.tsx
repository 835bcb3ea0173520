import type en from '@/lib/messages/chain.en'
import { pageWords } from '@/lib/page-words'

export type ChainKey = keyof typeof en

const { PageWords, useWords } = pageWords<ChainKey>({
  en: () => import('@/lib/messages/chain.en'),
  'pt-BR': () => import('@/lib/messages/chain.pt-BR'),
})

/** The words of the chain's pages come with their code. */
export const ChainWords = PageWords
export const useChain = useWords
