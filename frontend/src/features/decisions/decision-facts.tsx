import { ListFilter } from 'lucide-react'
import { Link } from 'react-router'
import { CopyValue } from '@/design/copy-value'
import { Fact, Facts } from '@/design/facts'
import { ModelLink } from '@/features/decisions/challenger'
import { pathOf, type FilterName } from '@/features/decisions/filters'
import { versionOf } from '@/features/decisions/versions'
import type { DecisionDetail } from '@/lib/api-types'
import { useI18n } from '@/lib/i18n'

/** The way to every decision of the same customer or payee. */
function AllOf({ filter, value, name }: { filter: FilterName; value: string; name: string }) {
  const { t } = useI18n()
  const label = t('decision.allOf', { name })
  return (
    <Link
      to={pathOf({ [filter]: value })}
      aria-label={label}
      title={label}
      className="grid size-6 shrink-0 place-items-center rounded-[5px] text-ink-3 hover:bg-hover hover:text-ink"
    >
      <ListFilter size={13} aria-hidden />
    </Link>
  )
}

/** A field that the source did not know is left out, never shown as empty or zero. */
export function IntentFacts({ decision }: { decision: DecisionDetail }) {
  const { t, word, country } = useI18n()
  const ids: { name: string; value: string | null; filter?: FilterName }[] = [
    { name: t('decision.customer'), value: decision.customer_id, filter: 'customer_id' },
    { name: t('decision.account'), value: decision.account_id },
    { name: t('decision.card'), value: decision.card_id },
    { name: t('decision.device'), value: decision.device_id },
    { name: t('decision.address'), value: decision.ip },
    { name: t('decision.payee'), value: decision.payee_id, filter: 'payee_id' },
    { name: t('decision.merchant'), value: decision.merchant_id },
  ]
  return (
    <Facts>
      <Fact name={t('decision.channel')}>{t(`channel.${decision.channel}`)}</Fact>
      {ids.map(
        ({ name, value, filter }) =>
          value && (
            <Fact key={name} name={name}>
              <span className="flex items-center gap-2">
                <CopyValue value={value} />
                {filter && <AllOf filter={filter} value={value} name={name} />}
              </span>
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
  const policy = versionOf(decision.policy)
  return (
    <Facts>
      <Fact name={t('decision.source')}>{t(`source.${decision.source}`)}</Fact>
      <Fact name={t('decision.door')}>{word('door', decision.door)}</Fact>
      <Fact name={t('decision.model')}>{decision.model ? <ModelLink name={decision.model} /> : '–'}</Fact>
      <Fact name={t('decision.policy')}>
        {policy === null ? (
          decision.policy
        ) : (
          <Link to={`/risk/policies/${policy}`} className="rounded-[5px] hover:text-accent hover:underline">
            {decision.policy}
          </Link>
        )}
      </Fact>
      <Fact name={t('decision.featureSet')}>
        <CopyValue value={decision.feature_set} />
      </Fact>
      <Fact name={t('decision.sequence')}>
        {t('decision.sequence.value', { epoch: decision.sequence.epoch, n: count(decision.sequence.n) })}
      </Fact>
      {decision.latency_us !== null && decision.latency_us !== undefined && (
        <Fact name={t('decision.latency')}>{duration(decision.latency_us)}</Fact>
      )}
    </Facts>
  )
}
