import type en from '@/lib/messages/accounts.en'
import { pageWords } from '@/lib/page-words'

export type AccountKey = keyof typeof en

const { PageWords, useWords } = pageWords<AccountKey>({
  en: () => import('@/lib/messages/accounts.en'),
  'pt-BR': () => import('@/lib/messages/accounts.pt-BR'),
})

/** The words of the accounts' pages come with their code. */
export const AccountWords = PageWords
export const useAccounts = useWords
