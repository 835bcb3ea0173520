import type en from '@/lib/messages/customers.en'
import { pageWords } from '@/lib/page-words'

export type CustomerKey = keyof typeof en

const { PageWords, useWords } = pageWords<CustomerKey>({
  en: () => import('@/lib/messages/customers.en'),
  'pt-BR': () => import('@/lib/messages/customers.pt-BR'),
})

/** The words of the customers' pages come with their code. */
export const CustomerWords = PageWords
export const useCustomers = useWords
