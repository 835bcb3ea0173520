import { useQuery } from '@tanstack/react-query'
import { ShieldCheck } from 'lucide-react'
import { Link } from 'react-router'
import { Skeleton } from '@/design/skeleton'
import { isLost, StaleNotice } from '@/design/stale-notice'
import { ErrorState } from '@/design/states'
import { activeQuery, vocabularyQuery } from '@/features/risk/api'
import { whole } from '@/features/risk/document'
import { Person } from '@/features/session/person'
import { ThresholdFigures } from '@/features/risk/thresholds'
import type { Policy } from '@/features/risk/types'
import { useRisk } from '@/features/risk/words'
import { toMs } from '@/lib/time'

function BuiltIn() {
  const { t } = useRisk()
  const { data } = useQuery(vocabularyQuery)
  return (
    <div className="min-w-0">
      <p className="text-[16px] leading-6 font-semibold">{t('risk.builtIn')}</p>
      <p className="mt-0.5 max-w-[64ch] text-pretty text-ink-3">
        {t('risk.builtIn.body')} {data && t('risk.rules.count', { count: data.built_in.length })}.
      </p>
    </div>
  )
}

function Deciding({ policy }: { policy: Policy }) {
  const { t, date, hourMinute } = useRisk()
  const activatedMs = policy.activated_at === null ? null : toMs(policy.activated_at)
  return (
    <div className="flex flex-wrap items-start justify-between gap-x-8 gap-y-4">
      <div className="min-w-0 flex-[1_1_16rem]">
        <p className="text-[16px] leading-6 font-semibold">
          <Link to={`/risk/policies/${policy.version}`} className="rounded-[5px] hover:text-accent">
            {t('risk.version', { version: policy.version })}
          </Link>
        </p>
        <p className="mt-0.5 line-clamp-2 max-w-[64ch] text-pretty text-ink-2">{policy.note}</p>
        {activatedMs !== null && policy.activated_by !== null && (
          <p className="mt-1 text-[12px] text-ink-3 tabular">
            {t('risk.activatedAt', { date: date(activatedMs), time: hourMinute(activatedMs) })} {t('risk.by')}{' '}
            <Person id={policy.activated_by} />
          </p>
        )}
      </div>
      <ThresholdFigures thresholds={whole(policy.document)} />
    </div>
  )
}

/** What decides now, before anything else. */
export function ActivePolicyBox() {
  const { t } = useRisk()
  const active = useQuery(activeQuery)
  return (
    <section aria-label={t('risk.active')} className="panel overflow-hidden">
      <StaleNotice of={active} />
      {isLost(active) ? (
        <ErrorState error={active.error} onRetry={() => void active.refetch()} />
      ) : (
        <div className="flex items-start gap-4 p-4 sm:p-5">
          <span className="grid size-9 shrink-0 place-items-center rounded-[10px] bg-good-soft text-good">
            <ShieldCheck size={18} strokeWidth={1.75} aria-hidden />
          </span>
          <div className="min-w-0 flex-1">
            <h2 className="text-[12px] text-ink-3">{t('risk.active')}</h2>
            {active.data === undefined ? (
              <div className="grid gap-2 pt-1">
                <Skeleton className="h-5 w-40 max-w-full" />
                <Skeleton className="h-4 w-2/3" />
              </div>
            ) : active.data.policy ? (
              <Deciding policy={active.data.policy} />
            ) : (
              <BuiltIn />
            )}
          </div>
        </div>
      )}
    </section>
  )
}
