import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import type { Session } from '@/lib/api-types'
import { ApiError, rememberCsrfToken, request } from '@/lib/http'

function remembered(session: Session): Session {
  rememberCsrfToken(session.csrf_token ?? '')
  return session
}

/** Null means that nobody is signed in, which is an answer and not an error. */
export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: async ({ signal }): Promise<Session | null> => {
    try {
      return remembered(await request<Session>('/v1/session', { signal }))
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) return null
      throw error
    }
  },
  staleTime: Infinity,
})

export function useSignIn() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: { email: string; password: string }) =>
      request<Session>('/v1/session', { method: 'POST', body }).then(remembered),
    onSuccess: (session) => client.setQueryData(sessionQuery.queryKey, session),
  })
}

export function useSignOut() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: () => request<undefined>('/v1/session', { method: 'DELETE' }),
    onSettled: () => {
      rememberCsrfToken('')
      client.setQueryData(sessionQuery.queryKey, null)
      client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== sessionQuery.queryKey[0] })
    },
  })
}
