import type { ReactNode } from 'react'
import { Meter } from '@/design/meter'
import { useRisk } from '@/features/risk/words'

interface ProgressProps {
  /** Nobody has begun with it yet. */
  isQueued: boolean
  /** When it will begin, in words. */
  queuedBody: string
  done: number
  /** Null until it is known. */
  all: number | null
  children?: ReactNode
}

/** How far work over the log is, for as long as it goes on. */
export function Progress({ isQueued, queuedBody, done, all, children }: ProgressProps) {
  const { t, count, percent } = useRisk()
  const ratio = all ? done / all : 0
  return (
    <section aria-label={t('risk.progress')} className="panel grid gap-4 p-4 sm:p-5">
      <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-3">
        <div role="status">
          <p className="font-medium text-ink">
            {isQueued ? t('risk.queued') : all ? percent(ratio, 0) : t('risk.reading')}
          </p>
          <p className="text-ink-3 tabular">
            {isQueued
              ? queuedBody
              : all
                ? t('risk.progress.of', { done: count(done), all: count(all) })
                : t('risk.reading.body')}
          </p>
        </div>
        {children}
      </div>
      <Meter ratio={ratio} tone="accent" />
    </section>
  )
}
