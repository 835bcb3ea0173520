import { useQuery } from '@tanstack/react-query'
import { useRisk } from '@/features/risk/words'
import { sessionQuery } from '@/features/session/api'
import type { User } from '@/lib/api-types'
import { shortId } from '@/lib/format'

/** Whoever is signed in; these pages are shown to nobody else. */
export function useUser(): User {
  const { data } = useQuery(sessionQuery)
  if (!data) throw new Error('a risk page is shown without a session')
  return data.user
}

/** Who did something: the API says which account, and only one's own has a name here. */
export function Person({ id }: { id: string }) {
  const { t } = useRisk()
  const user = useUser()
  if (id === user.id) return <span>{t('risk.you')}</span>
  return (
    <span title={id} className="tabular">
      {shortId(id.replace(/^user:/, ''))}
    </span>
  )
}
