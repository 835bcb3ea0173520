import { useQuery } from '@tanstack/react-query'
import { vocabularyQuery } from '@/features/risk/api'
import type { Rule } from '@/features/risk/types'
import { useI18n } from '@/lib/i18n'

/** What a rule says: in the reader's language where it is the product's own sentence, else as somebody wrote it. */
export function useRuleSentence(): (rule: Pick<Rule, 'code' | 'sentence'>) => string {
  const { word } = useI18n()
  const { data } = useQuery(vocabularyQuery)
  return ({ code, sentence }) => {
    const isOurs = data?.built_in.some((rule) => rule.code === code && rule.sentence === sentence)
    return isOurs ? word('reason', code, sentence) : sentence
  }
}
