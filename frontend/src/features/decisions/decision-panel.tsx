import { useQuery } from '@tanstack/react-query'
import { Maximize2, Waypoints } from 'lucide-react'
import { useLocation } from 'react-router'
import { CopyValue } from '@/design/copy-value'
import { Section } from '@/design/facts'
import { LinkButton } from '@/design/link-button'
import { PanelSkeleton } from '@/design/panel-skeleton'
import { isLost, StaleNotice } from '@/design/stale-notice'
import { ErrorState } from '@/design/states'
import { AlertButton } from '@/features/decisions/alert-button'
import { decisionQuery } from '@/features/decisions/api'
import { ChallengerSays } from '@/features/decisions/challenger'
import { AnswerFacts, IntentFacts } from '@/features/decisions/decision-facts'
import { Why } from '@/features/decisions/decision-why'
import { LabelBadge } from '@/features/decisions/label-badge'
import { RulesHit } from '@/features/decisions/rules-hit'
import { StandOuts } from '@/features/decisions/stand-outs'
import { Timeline } from '@/features/decisions/timeline'
import { VerdictBadge } from '@/features/decisions/verdict'
import type { DecisionDetail } from '@/lib/api-types'
import { useI18n } from '@/lib/i18n'
import { toMs } from '@/lib/time'

function Head({ decision }: { decision: DecisionDetail }) {
  const { t, money, word } = useI18n()
  const { pathname, search } = useLocation()
  return (
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
      {decision.label && (
        <p className="mt-2">
          <LabelBadge label={decision.label} />
        </p>
      )}
      <div className="mt-4 flex flex-wrap gap-2">
        <LinkButton
          to={`/decisions/${decision.transaction_id}`}
          state={{ from: pathname + search }}
          className="h-8 px-3"
        >
          <Maximize2 size={14} strokeWidth={1.75} aria-hidden />
          {t('decision.full')}
        </LinkButton>
        {decision.alert_id && <AlertButton alertId={decision.alert_id} />}
        {decision.outcome === 'posted' && (
          <LinkButton to={`/compliance/trace?transfer=${decision.transaction_id}`} className="h-8 px-3">
            <Waypoints size={14} strokeWidth={1.75} aria-hidden />
            {t('decision.trace')}
          </LinkButton>
        )}
      </div>
    </div>
  )
}

function Loaded({ decision }: { decision: DecisionDetail }) {
  const { t, date } = useI18n()
  return (
    <>
      <Head decision={decision} />
      <Section title={t('decision.why')}>
        <Why decision={decision} />
      </Section>
      {decision.stand_outs.length > 0 && (
        <Section title={t('alert.standOuts')}>
          <StandOuts items={decision.stand_outs} currency={decision.amount.currency} />
        </Section>
      )}
      {decision.rules.length + decision.shadow_rules.length > 0 && (
        <Section title={t('decision.rules')}>
          <RulesHit decision={decision} />
        </Section>
      )}
      {decision.challenger && (
        <Section title={t('decision.challenger')}>
          <ChallengerSays decision={decision} />
        </Section>
      )}
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
