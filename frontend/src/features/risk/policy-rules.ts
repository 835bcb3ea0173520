import { useQuery } from '@tanstack/react-query'
import { versionOf } from '@/features/decisions/versions'
import { policyQuery, vocabularyQuery } from '@/features/risk/api'
import { useRuleSentence } from '@/features/risk/rule-sentence'
import { useI18n } from '@/lib/i18n'

/** What the rules of a policy say, by their codes: as its version has them, else as they are built in, else as the code reads. */
export function usePolicyRules(policy: string): (code: string) => string {
  const { word } = useI18n()
  const version = versionOf(policy)
  const sentenceOf = useRuleSentence()
  const { data: detail } = useQuery({ ...policyQuery(version ?? 0), enabled: version !== null })
  const { data: vocabulary } = useQuery(vocabularyQuery)
  return (code) => {
    const rule = [...(detail?.document.rules ?? []), ...(vocabulary?.built_in ?? [])].find((one) => one.code === code)
    return rule ? sentenceOf(rule) : word('reason', code)
  }
}
