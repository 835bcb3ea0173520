import { useQuery } from '@tanstack/react-query'
import { FolderPlus } from 'lucide-react'
import { usePanel } from '@/app/panel'
import { CopyValue } from '@/design/copy-value'
import { Section } from '@/design/facts'
import { LinkButton } from '@/design/link-button'
import { PanelSkeleton } from '@/design/panel-skeleton'
import { isLost, StaleNotice } from '@/design/stale-notice'
import { ErrorState } from '@/design/states'
import { AlertStatusMark, SubjectIcon } from '@/features/alerts/alert-card'
import { alertQuery } from '@/features/alerts/api'
import { spanInWords } from '@/lib/span'
import { AlertMoves } from '@/features/alerts/alert-moves'
import { commonReasons, strongestStandOuts } from '@/features/alerts/summary'
import { StandOuts } from '@/features/decisions/stand-outs'
import { VerdictBadge } from '@/features/decisions/verdict'
import { canKeepLists } from '@/features/session/roles'
import { useUser } from '@/features/session/user'
import type { AlertDetail, AlertMember } from '@/lib/api-types'
import { shortId } from '@/lib/format'
import { useI18n } from '@/lib/i18n'
import { toMs } from '@/lib/time'
import { useNow, useTodayMs } from '@/lib/use-now'

const AGE_STEP_MS = 10_000

function Summary({ alert }: { alert: AlertDetail }) {
  const { t, money, probability } = useI18n()
  const facts = [
    { name: t('alert.total'), value: money(alert.total.amount_minor, alert.total.currency) },
    { name: t('alert.span'), value: spanInWords(toMs(alert.last_event_time) - toMs(alert.first_event_time), t) },
    {
      name: t('alert.highest'),
      value: alert.highest_probability === null ? '–' : probability(alert.highest_probability),
    },
  ]
  return (
    <dl className="grid grid-cols-[repeat(3,auto)] border-t border-line">
      {facts.map((fact) => (
        <div key={fact.name} className="border-l border-line px-3 py-3 first:border-l-0 first:pl-5 last:pr-5 sm:px-4">
          <dt className="text-[12px] whitespace-nowrap text-ink-3">{fact.name}</dt>
          <dd className="mt-0.5 text-[14px] font-semibold whitespace-nowrap tabular">{fact.value}</dd>
        </div>
      ))}
    </dl>
  )
}

function Member({ member, todayMs }: { member: AlertMember; todayMs: number }) {
  const { money, preciseClock, day, word } = useI18n()
  const { openPanel } = usePanel()
  const reason = member.reasons[0]
  const atMs = toMs(member.event_time)
  return (
    <li>
      <button
        type="button"
        onClick={() => openPanel('decision', member.transaction_id)}
        className="-mx-2 grid w-[calc(100%+1rem)] grid-cols-[minmax(0,1fr)_auto] items-center gap-x-3 gap-y-1 rounded-control px-2 py-2 text-left hover:bg-hover"
      >
        <span className="flex min-w-0 items-center gap-2">
          <VerdictBadge verdict={member.verdict} />
          <span className="truncate text-ink-2">{shortId(member.transaction.customer_id ?? '')}</span>
        </span>
        <span className="text-right font-medium tabular">
          {money(member.amount.amount_minor, member.amount.currency)}
        </span>
        <span className="truncate text-[12.5px] text-ink-3">{reason ? word('reason', reason) : ''}</span>
        <span className="text-right text-[12px] text-ink-3 tabular">
          {atMs < todayMs && <span className="mr-1.5">{day(atMs)}</span>}
          {preciseClock(atMs)}
        </span>
      </button>
    </li>
  )
}

function Loaded({ alert }: { alert: AlertDetail }) {
  const { t, word, ago } = useI18n()
  const nowMs = useNow(AGE_STEP_MS)
  const todayMs = useTodayMs()
  const { roles } = useUser()
  const reasons = commonReasons(alert.members)
  const standOuts = strongestStandOuts(alert.members)
  return (
    <>
      <div className="flex gap-3.5 p-5">
        <SubjectIcon kind={alert.subject_kind} />
        <div className="min-w-0">
          <h2 className="text-[16px] leading-6 font-semibold">
            {t(`subject.${alert.subject_kind}`)} <span className="tabular">{shortId(alert.subject_id)}</span>
          </h2>
          <p className="mt-0.5 flex flex-wrap items-center gap-x-2 text-[12.5px] text-ink-3">
            <AlertStatusMark status={alert.status} />
            <span aria-hidden>·</span>
            {t('alert.opened', { ago: ago(nowMs - toMs(alert.opened_at)) })}
            <span aria-hidden>·</span>
            <CopyValue value={alert.alert_id} />
          </p>
        </div>
      </div>
      <Summary alert={alert} />
      <AlertMoves alert={alert} />
      {canKeepLists(roles) && (
        <div className="border-t border-line px-5 py-3">
          <LinkButton to={`/compliance/cases/new?of=${encodeURIComponent(alert.alert_id)}`}>
            <FolderPlus size={14} aria-hidden />
            {t('alert.openCase')}
          </LinkButton>
        </div>
      )}
      {reasons.length > 0 && (
        <Section title={t('decision.why')}>
          <ul className="grid gap-2">
            {reasons.map(([reason, count]) => (
              <li key={reason} className="flex items-baseline justify-between gap-4">
                <span className="text-pretty text-ink">{word('reason', reason)}</span>
                <span className="whitespace-nowrap text-ink-3 tabular">
                  {t('alert.inDecisions', { count, total: alert.members.length })}
                </span>
              </li>
            ))}
          </ul>
        </Section>
      )}
      {standOuts.length > 0 && (
        <Section title={t('alert.standOuts')}>
          <StandOuts items={standOuts} currency={alert.total.currency} />
        </Section>
      )}
      <Section
        title={t('alert.members')}
        aside={<span className="text-[12px] text-ink-3 tabular">{alert.decisions}</span>}
      >
        {alert.members.length === 0 ? (
          <p className="text-ink-3">{t('alert.noMembers')}</p>
        ) : (
          <ul>
            {alert.members.map((member) => (
              <Member key={member.transaction_id} member={member} todayMs={todayMs} />
            ))}
          </ul>
        )}
      </Section>
    </>
  )
}

export function AlertPanel({ alertId }: { alertId: string }) {
  const alert = useQuery(alertQuery(alertId))
  if (alert.isPending) return <PanelSkeleton />
  if (!alert.data || isLost(alert)) return <ErrorState error={alert.error} onRetry={() => void alert.refetch()} />
  return (
    <>
      <StaleNotice of={alert} />
      <Loaded alert={alert.data} />
    </>
  )
}
