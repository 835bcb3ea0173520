import { useQuery } from '@tanstack/react-query'
import { sessionQuery } from '@/features/session/api'
import type { User } from '@/lib/api-types'

/** Whoever is signed in; the pages that ask are shown to nobody else. */
export function useUser(): User {
  const { data } = useQuery(sessionQuery)
  if (!data) throw new Error('a page is shown without a session')
  return data.user
}
