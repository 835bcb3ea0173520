import { useQuery } from '@tanstack/react-query'
import { useLocation, useParams } from 'react-router'
import { Page } from '@/app/page'
import { Answered } from '@/design/answered'
import { Box } from '@/design/box'
import { CopyValue } from '@/design/copy-value'
import { AlertButton } from '@/features/decisions/alert-button'
import { decisionQuery } from '@/features/decisions/api'
import { ChallengerSays } from '@/features/decisions/challenger'
import { CustomerHistory } from '@/features/decisions/customer-history'
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

const COLUMN = 'contents lg:grid lg:min-w-0 lg:content-start lg:gap-4'

function Loaded({ decision }: { decision: DecisionDetail }) {
  const { t } = useI18n()
  return (
    <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,1fr)_25rem]">
      {/* On a phone one column, the reasons and what led to them first; on a desk two, each as long as it is. */}
      <div className="grid min-w-0 gap-4 lg:grid-cols-2">
        <div className={COLUMN}>
          <Box title={t('decision.why')} className="max-lg:order-1">
            <Why decision={decision} />
          </Box>
          {decision.rules.length + decision.shadow_rules.length > 0 && (
            <Box title={t('decision.rules')} className="max-lg:order-3">
              <RulesHit decision={decision} />
            </Box>
          )}
          <Box title={t('decision.intent')} className="max-lg:order-3">
            <IntentFacts decision={decision} />
          </Box>
        </div>
        <div className={COLUMN}>
          <Box title={t('alert.standOuts')} className="max-lg:order-2">
            {decision.stand_outs.length === 0 ? (
              <p className="text-pretty text-ink-3">{t('decision.nothingStandsOut')}</p>
            ) : (
              <StandOuts items={decision.stand_outs} currency={decision.amount.currency} />
            )}
          </Box>
          {decision.challenger && (
            <Box title={t('decision.challenger')} className="max-lg:order-3">
              <ChallengerSays decision={decision} />
            </Box>
          )}
          <Box title={t('decision.timeline')} className="max-lg:order-3">
            <Timeline decision={decision} />
          </Box>
          <Box title={t('decision.answer')} className="max-lg:order-3">
            <AnswerFacts decision={decision} />
          </Box>
        </div>
      </div>
      <CustomerHistory decision={decision} />
    </div>
  )
}

/** One decision with all that is known of it, and beside it the customer's others. */
export default function DecisionPage() {
  const { t, money, word, date, clock } = useI18n()
  const transactionId = useParams()['transactionId'] ?? ''
  // Where somebody came from, so that the way back keeps what they had looked for.
  const { from } = (useLocation().state ?? {}) as { from?: string }
  const decision = useQuery(decisionQuery(transactionId))
  const { data } = decision
  const lead = data
    ? [
        t(`channel.${data.channel}`),
        t(`direction.${data.direction}`),
        ...(data.outcome ? [word('outcome', data.outcome)] : []),
        `${date(toMs(data.event_time))}, ${clock(toMs(data.event_time))}`,
      ].join(' · ')
    : '\u00a0'
  return (
    <Page
      title={data ? money(data.amount.amount_minor, data.amount.currency) : t('decision.title')}
      lead={lead}
      back={{ to: from ?? '/decisions', label: t('decision.back') }}
      actions={
        data && (
          <>
            <CopyValue value={data.transaction_id} />
            <VerdictBadge verdict={data.verdict} />
            {data.label && <LabelBadge label={data.label} />}
            {data.alert_id && <AlertButton alertId={data.alert_id} />}
          </>
        )
      }
    >
      <Answered of={decision}>
        {(data) => (
          <>
            <Loaded decision={data} />
          </>
        )}
      </Answered>
    </Page>
  )
}
