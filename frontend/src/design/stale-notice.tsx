import type { UseInfiniteQueryResult, UseQueryResult } from '@tanstack/react-query'
import { CloudOff, RotateCw } from 'lucide-react'
import { Button } from '@/design/button'
import { CopyValue } from '@/design/copy-value'
import { isDenied } from '@/design/states'
import { ApiError } from '@/lib/http'
import { useI18n } from '@/lib/i18n'
import { useNow } from '@/lib/use-now'

const AGE_STEP_MS = 10_000

/** Whether a question left nothing to show. What an earlier answer brought stays on the page, unless it may no longer be seen. */
export function isLost(asked: { data: unknown; error: unknown }): boolean {
  return asked.error !== null && (asked.data === undefined || isDenied(asked.error))
}

interface PartialNoticeProps {
  title: string
  error: unknown
  /** When what is shown was answered. */
  answeredAtMs?: number
  busy: boolean
  onRetry: () => void
}

/** Beside what there is: what is missing, how old the rest is, a way to try again, and the id that finds the failure in the logs. */
export function PartialNotice({ title, error, answeredAtMs, busy, onRetry }: PartialNoticeProps) {
  const { t, ago } = useI18n()
  const nowMs = useNow(AGE_STEP_MS)
  return (
    <div
      role="status"
      className="flex shrink-0 animate-fade flex-wrap items-center gap-x-3 gap-y-1.5 border-y border-line bg-caution-soft px-4 py-2 text-[12.5px] first:border-t-0 last:border-b-0 sm:px-5"
    >
      <div className="flex min-w-0 flex-[1_1_18rem] items-start gap-2.5">
        <CloudOff size={15} strokeWidth={1.75} aria-hidden className="mt-0.5 shrink-0 text-caution" />
        <p className="flex min-w-0 flex-wrap gap-x-2">
          <span className="font-medium text-caution">{title}</span>
          {answeredAtMs !== undefined && (
            <span className="text-ink-2 tabular">{t('stale.age', { ago: ago(nowMs - answeredAtMs) })}</span>
          )}
          {error instanceof ApiError && (
            <span className="flex min-w-0 flex-wrap gap-x-1.5 text-ink-2">
              <span className="whitespace-nowrap">{t('error.correlation')}</span>
              <CopyValue value={error.correlationId} />
            </span>
          )}
        </p>
      </div>
      <Button className="h-8 px-3" busy={busy} onClick={onRetry}>
        <RotateCw size={13} aria-hidden />
        {t('common.retry')}
      </Button>
    </div>
  )
}

type Refetched = Pick<UseQueryResult, 'isRefetchError' | 'error' | 'dataUpdatedAt' | 'isFetching' | 'refetch'>

/** Over data that could not be renewed; nothing where they could. */
export function StaleNotice({ of: { isRefetchError, error, dataUpdatedAt, isFetching, refetch } }: { of: Refetched }) {
  const { t } = useI18n()
  if (!isRefetchError) return null
  return (
    <PartialNotice
      title={t('stale.title')}
      error={error}
      answeredAtMs={dataUpdatedAt}
      busy={isFetching}
      onRetry={() => void refetch()}
    />
  )
}

type Paged = Pick<
  UseInfiniteQueryResult,
  'isFetchNextPageError' | 'error' | 'dataUpdatedAt' | 'isFetchingNextPage' | 'fetchNextPage'
>

/** Under pages whose next one could not be loaded; nothing where it could. */
export function NextPageNotice({ of }: { of: Paged }) {
  const { t } = useI18n()
  if (!of.isFetchNextPageError) return null
  return (
    <PartialNotice
      title={t('stale.next')}
      error={of.error}
      answeredAtMs={of.dataUpdatedAt}
      busy={of.isFetchingNextPage}
      onRetry={() => void of.fetchNextPage()}
    />
  )
}
