import { CopyValue } from '@/design/copy-value'
import { Fact, Facts } from '@/design/facts'
import type { DecisionDetail } from '@/lib/api-types'
import { useI18n } from '@/lib/i18n'

/** A field that the source did not know is left out, never shown as empty or zero. */
export function IntentFacts({ decision }: { decision: DecisionDetail }) {
  const { t, word, country } = useI18n()
  const ids = [
    { name: t('decision.customer'), value: decision.customer_id },
    { name: t('decision.account'), value: decision.account_id },
    { name: t('decision.card'), value: decision.card_id },
    { name: t('decision.device'), value: decision.device_id },
    { name: t('decision.address'), value: decision.ip },
    { name: t('decision.payee'), value: decision.payee_id },
    { name: t('decision.merchant'), value: decision.merchant_id },
  ]
  return (
    <Facts>
      <Fact name={t('decision.channel')}>{t(`channel.${decision.channel}`)}</Fact>
      {ids.map(
        ({ name, value }) =>
          value && (
            <Fact key={name} name={name}>
              <CopyValue value={value} />
            </Fact>
          ),
      )}
      {decision.mcc !== null && decision.mcc !== undefined && <Fact name={t('decision.mcc')}>{decision.mcc}</Fact>}
      {decision.country && <Fact name={t('decision.country')}>{country(decision.country)}</Fact>}
      {decision.entry_mode && <Fact name={t('decision.entryMode')}>{word('entryMode', decision.entry_mode)}</Fact>}
    </Facts>
  )
}

/** Everything that is needed to decide it again: who decided, with which versions, at which place in the log. */
export function AnswerFacts({ decision }: { decision: DecisionDetail }) {
  const { t, word, count, duration } = useI18n()
  const { rules } = decision
  return (
    <Facts>
      <Fact name={t('decision.source')}>{t(`source.${decision.source}`)}</Fact>
      <Fact name={t('decision.door')}>{word('door', decision.door)}</Fact>
      <Fact name={t('decision.model')}>{decision.model ?? '–'}</Fact>
      <Fact name={t('decision.policy')}>{decision.policy}</Fact>
      <Fact name={t('decision.featureSet')}>
        <CopyValue value={decision.feature_set} />
      </Fact>
      <Fact name={t('decision.sequence')}>
        {t('decision.sequence.value', { epoch: decision.sequence.epoch, n: count(decision.sequence.n) })}
      </Fact>
      {rules.length > 0 && (
        <Fact name={t('decision.rules')}>{rules.map((rule) => word('reason', rule)).join(', ')}</Fact>
      )}
      {decision.latency_us !== null && decision.latency_us !== undefined && (
        <Fact name={t('decision.latency')}>{duration(decision.latency_us)}</Fact>
      )}
    </Facts>
  )
}
