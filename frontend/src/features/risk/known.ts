import { useQuery } from '@tanstack/react-query'
import { useCallback, useMemo } from 'react'
import { standOutSentence } from '@/features/decisions/stand-out-sentence'
import { listsQuery, vocabularyQuery } from '@/features/risk/api'
import type { Known } from '@/features/risk/completion'
import type { Name } from '@/features/risk/types'
import { useI18n } from '@/lib/i18n'

/** Every name that an expression may use, and what one measures in the reader's language. */
export function useKnown(): { known: Known; sayOf: (name: Name) => string } {
  const i18n = useI18n()
  const vocabulary = useQuery(vocabularyQuery)
  const lists = useQuery(listsQuery)
  const known = useMemo(
    () => ({
      names: vocabulary.data?.names ?? [],
      functions: vocabulary.data?.functions ?? [],
      lists: lists.data?.items ?? [],
    }),
    [vocabulary.data, lists.data],
  )
  const sayOf = useCallback(
    ({ name, source, sentence }: Name) =>
      source === 'feature' ? standOutSentence({ feature: name, sentence }, i18n) : sentence,
    [i18n],
  )
  return { known, sayOf }
}
