import { useQuery } from '@tanstack/react-query'
import { vocabularyQuery } from '@/features/risk/api'
import type { Rule } from '@/features/risk/types'
import { useRisk } from '@/features/risk/words'

/** What a rule says: in the reader's language where it is the product's own sentence, else as somebody wrote it. */
export function useRuleSentence(): (rule: Pick<Rule, 'code' | 'sentence'>) => string {
  const { word } = useRisk()
  const { data } = useQuery(vocabularyQuery)
  return ({ code, sentence }) => {
    const isOurs = data?.built_in.some((rule) => rule.code === code && rule.sentence === sentence)
    return isOurs ? word('reason', code, sentence) : sentence
  }
}
