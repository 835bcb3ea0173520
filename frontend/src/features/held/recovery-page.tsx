import { useQuery } from '@tanstack/react-query'
import { useParams } from 'react-router'
import { Page } from '@/app/page'
import { Answered } from '@/design/answered'
import { Box } from '@/design/box'
import { CopyValue } from '@/design/copy-value'
import { Fact, Facts } from '@/design/facts'
import { Colleague } from '@/features/cases/case-words'
import { HeldTrail } from '@/features/held/held-trail'
import { PaymentLinks } from '@/features/held/payment-links'
import { recoveryQuery } from '@/features/held/recoveries'
import { RecoveryChip } from '@/features/held/recovery-chip'
import { RecoveryMoves } from '@/features/held/recovery-moves'
import type { Recovery } from '@/features/held/types'
import { MomentChip } from '@/features/office/urgency-chip'
import { useOffice } from '@/features/office/words'
import { shortId } from '@/lib/format'
import { toMs } from '@/lib/time'

function MoneyBox({ of }: { of: Recovery }) {
  const { t, money } = useOffice()
  const sums = { asked: of.amount, returned: of.returned }
  return (
    <Box title={t('dispute.money')}>
      <dl className="grid grid-cols-2 gap-3">
        {(['asked', 'returned'] as const).map((name) => (
          <div key={name}>
            <dt className="text-[12px] text-ink-3">{t(`recovery.money.${name}`)}</dt>
            <dd className="mt-0.5 text-[17px] font-semibold text-ink tabular">
              {money(sums[name].amount_minor, sums[name].currency)}
            </dd>
          </div>
        ))}
      </dl>
      {of.result !== null && (
        <p className="mt-3 text-ink-2">
          {t('dispute.result')}: {t(`recovery.result.${of.result}`)}
        </p>
      )}
      <div className="mt-3">
        <PaymentLinks transferId={of.transfer_id} />
      </div>
    </Box>
  )
}

function FactsBox({ of }: { of: Recovery }) {
  const { t, date, hourMinute } = useOffice()
  const at = (moment: string) => `${date(toMs(moment))}, ${hourMinute(toMs(moment))}`
  return (
    <Box title={t('recovery.facts')}>
      <Facts>
        {of.external_id !== null && (
          <Fact name={t('recovery.external')}>
            <CopyValue value={of.external_id} />
          </Fact>
        )}
        <Fact name={t('dispute.infraction')}>{of.directory}</Fact>
        <Fact name={t('held.customer')}>
          <CopyValue value={of.customer_id} />
        </Fact>
        <Fact name={t('held.account')}>
          <CopyValue value={of.account_id} />
        </Fact>
        <Fact name={t('recovery.reported')}>{at(of.reported_at)}</Fact>
        {of.due_at !== null && <Fact name={t(`recovery.due.${of.state}`)}>{at(of.due_at)}</Fact>}
        <Fact name={t('dispute.opened')}>
          <Colleague id={of.opened_by} />
        </Fact>
        {of.judged_by !== null && (
          <Fact name={t('held.judged')}>
            <Colleague id={of.judged_by} />
          </Fact>
        )}
      </Facts>
    </Box>
  )
}

/** One recovery: what is asked back, by when the next step is due, and what was done so far. */
export default function RecoveryPage() {
  const { t } = useOffice()
  const recoveryId = useParams()['recoveryId'] ?? ''
  const found = useQuery(recoveryQuery(recoveryId))
  const { data } = found
  return (
    <Page
      title={t('recovery.one', { id: data?.external_id ?? shortId(recoveryId) })}
      lead={data ? t(`dispute.situation.${data.situation}`) : '\u00a0'}
      back={{ to: '/compliance/disputes/sent', label: t('recovery.title') }}
      actions={
        data && (
          <span className="flex flex-wrap gap-1.5">
            <RecoveryChip state={data.state} />
            {data.due_at !== null && data.urgency !== null && <MomentChip at={data.due_at} urgency={data.urgency} />}
          </span>
        )
      }
    >
      <Answered of={found}>
        {(of) => (
          <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,1fr)_22rem]">
            <div className="order-2 grid min-w-0 gap-4 xl:order-1">
              <MoneyBox of={of} />
              <HeldTrail of="recovery" id={of.recovery_id} />
            </div>
            <div className="order-1 grid min-w-0 gap-4 xl:order-2">
              <RecoveryMoves of={of} />
              <FactsBox of={of} />
            </div>
          </div>
        )}
      </Answered>
    </Page>
  )
}
