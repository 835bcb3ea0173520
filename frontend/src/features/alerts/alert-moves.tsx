import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Button } from '@/design/button'
import { alertQuery } from '@/features/alerts/api'
import type { Alert, AlertDetail, AlertStatus } from '@/lib/api-types'
import { request } from '@/lib/http'
import { useI18n } from '@/lib/i18n'

const ORDER: readonly AlertStatus[] = ['in_review', 'confirmed', 'dismissed', 'open']

/** The new status stands at once, and goes back if the API refuses it. */
function useMove(alertId: string) {
  const client = useQueryClient()
  const key = alertQuery(alertId).queryKey
  return useMutation({
    mutationFn: (status: AlertStatus) =>
      request<Alert>(`/v1/alerts/${alertId}/status`, { method: 'POST', body: { status } }),
    onMutate: async (status) => {
      await client.cancelQueries({ queryKey: key })
      const before = client.getQueryData(key)
      if (before) client.setQueryData(key, { ...before, status, moves: [] })
      return { before }
    },
    onError: (_error, _status, context) => client.setQueryData(key, context?.before),
    onSettled: () =>
      client.invalidateQueries({
        predicate: ({ queryKey }) => String(queryKey[0]).startsWith('alerts') || queryKey[1] === alertId,
      }),
  })
}

/** Where this alert may go from here, as the API says. Every move can be taken back by another. */
export function AlertMoves({ alert }: { alert: AlertDetail }) {
  const { t } = useI18n()
  const move = useMove(alert.alert_id)
  const moves = ORDER.filter((status) => alert.moves.includes(status))
  return (
    <div className="min-h-16 border-t border-line px-5 py-3.5">
      <div role="group" aria-label={t('alert.moves')} className="flex flex-wrap gap-2">
        {moves.map((status, index) => (
          <Button key={status} kind={index === 0 ? 'primary' : 'secondary'} onClick={() => move.mutate(status)}>
            {t(`alert.move.${status}`)}
          </Button>
        ))}
      </div>
      {move.isError && (
        <p role="alert" className="mt-2 text-bad">
          {t('alert.move.failed', { why: move.error.message })}
        </p>
      )}
    </div>
  )
}
