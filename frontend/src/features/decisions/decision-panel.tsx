import { useQuery } from '@tanstack/react-query'
import { Flag } from 'lucide-react'
import { CopyValue } from '@/design/copy-value'
import { Section } from '@/design/facts'
import { Meter, toneOf } from '@/design/meter'
import { PanelSkeleton } from '@/design/panel-skeleton'
import { isLost, StaleNotice } from '@/design/stale-notice'
import { ErrorState } from '@/design/states'
import { decisionQuery } from '@/features/decisions/api'
import { AnswerFacts, IntentFacts } from '@/features/decisions/decision-facts'
import { Timeline } from '@/features/decisions/timeline'
import { VerdictBadge } from '@/features/decisions/verdict'
import type { Decision, DecisionDetail } from '@/lib/api-types'
import { useI18n } from '@/lib/i18n'
import { toMs } from '@/lib/time'

function Why({ decision }: { decision: Decision }) {
  const { t, word } = useI18n()
  const { reasons } = decision
  if (reasons.length === 0)
    return <p className="text-pretty text-ink-2">{decision.verdict === 'allow' ? t('decision.allowed') : '–'}</p>
  return (
    <ol className="grid gap-2">
      {reasons.map((reason, index) => (
        <li key={reason} className="flex gap-2.5 text-ink">
          <span
            aria-hidden
            className="grid size-5 shrink-0 place-items-center rounded-full bg-sunken text-[11px] font-medium text-ink-2 tabular"
          >
            {index + 1}
          </span>
          {word('reason', reason)}
        </li>
      ))}
    </ol>
  )
}

function Scores({ decision }: { decision: Decision }) {
  const { t, probability } = useI18n()
  const scores = [
    { name: t('decision.score'), value: decision.probability },
    { name: t('decision.anomaly'), value: decision.anomaly },
  ].flatMap(({ name, value }) => (value === null || value === undefined ? [] : [{ name, value }]))
  if (scores.length === 0) return null
  return (
    <dl className="mt-4 grid gap-3">
      {scores.map(({ name, value }) => (
        <div key={name} className="grid grid-cols-[8.5rem_minmax(0,1fr)_3.5rem] items-center gap-x-4">
          <dt className="text-ink-3">{name}</dt>
          <dd className="col-start-3 row-start-1 text-right font-medium tabular">{probability(value)}</dd>
          <dd className="col-start-2 row-start-1">
            <Meter ratio={value} tone={toneOf(value)} />
          </dd>
        </div>
      ))}
    </dl>
  )
}

function Flags({ decision }: { decision: DecisionDetail }) {
  const { t, word } = useI18n()
  const { truncated, late, control_group } = decision
  const flags = [
    truncated && t('decision.flag.truncated'),
    late && t('decision.flag.late'),
    control_group && t('decision.flag.control_group'),
    decision.adopted && t('decision.flag.adopted'),
    decision.label && t('decision.flag.label', { label: word('label', decision.label) }),
  ].filter((flag): flag is string => Boolean(flag))
  if (flags.length === 0) return null
  return (
    <ul className="mt-4 grid gap-1.5 text-[12.5px] text-ink-2">
      {flags.map((flag) => (
        <li key={flag} className="flex items-center gap-2">
          <Flag size={13} className="shrink-0 text-caution" aria-hidden />
          {flag}
        </li>
      ))}
    </ul>
  )
}

function Loaded({ decision }: { decision: DecisionDetail }) {
  const { t, money, word, date } = useI18n()
  return (
    <>
      <div className="p-5">
        <div className="flex items-center justify-between gap-3">
          <VerdictBadge verdict={decision.verdict} />
          <CopyValue value={decision.transaction_id} />
        </div>
        <h2 className="mt-3 text-[26px] leading-8 font-semibold tracking-tight tabular">
          {money(decision.amount.amount_minor, decision.amount.currency)}
        </h2>
        <p className="mt-0.5 text-ink-3">
          {t(`channel.${decision.channel}`)} · {t(`direction.${decision.direction}`)}
          {decision.outcome && <> · {word('outcome', decision.outcome)}</>}
        </p>
      </div>
      <Section title={t('decision.why')}>
        <Why decision={decision} />
        <Scores decision={decision} />
        <Flags decision={decision} />
      </Section>
      <Section
        title={t('decision.timeline')}
        aside={<span className="text-[12px] text-ink-3 tabular">{date(toMs(decision.event_time))}</span>}
      >
        <Timeline decision={decision} />
      </Section>
      <Section title={t('decision.intent')}>
        <IntentFacts decision={decision} />
      </Section>
      <Section title={t('decision.answer')}>
        <AnswerFacts decision={decision} />
      </Section>
    </>
  )
}

export function DecisionPanel({ transactionId }: { transactionId: string }) {
  const decision = useQuery(decisionQuery(transactionId))
  if (decision.isPending) return <PanelSkeleton />
  if (!decision.data || isLost(decision))
    return <ErrorState error={decision.error} onRetry={() => void decision.refetch()} />
  return (
    <>
      <StaleNotice of={decision} />
      <Loaded decision={decision.data} />
    </>
  )
}
