import { useQuery } from '@tanstack/react-query'
import { useParams } from 'react-router'
import { Page } from '@/app/page'
import { Answered } from '@/design/answered'
import { Box } from '@/design/box'
import { CopyValue } from '@/design/copy-value'
import { Fact, Facts } from '@/design/facts'
import { Colleague } from '@/features/cases/case-words'
import { DisputeChip } from '@/features/held/dispute-chip'
import { DisputeClocks } from '@/features/held/dispute-clocks'
import { DisputeMoves } from '@/features/held/dispute-moves'
import { HeldTrail } from '@/features/held/held-trail'
import { disputeQuery } from '@/features/held/disputes'
import { PaymentLinks } from '@/features/held/payment-links'
import type { Dispute } from '@/features/held/types'
import { useOffice } from '@/features/office/words'
import { toMs } from '@/lib/time'

/** What is asked for, what is held, and what went back. */
function MoneyBox({ of }: { of: Dispute }) {
  const { t, money } = useOffice()
  const sums = { disputed: of.amount, held: of.held, returned: of.refunded }
  return (
    <Box title={t('dispute.money')}>
      <dl className="grid grid-cols-1 gap-3 sm:grid-cols-3">
        {(['disputed', 'held', 'returned'] as const).map((name) => (
          <div key={name}>
            <dt className="text-[12px] text-ink-3">{t(`dispute.money.${name}`)}</dt>
            <dd className="mt-0.5 text-[17px] font-semibold text-ink tabular">
              {money(sums[name].amount_minor, sums[name].currency)}
            </dd>
          </div>
        ))}
      </dl>
      {of.result !== null && (
        <p className="mt-3 text-ink-2">
          {t('dispute.result')}: {t(`dispute.result.${of.result}`)}
        </p>
      )}
      <div className="mt-3">
        <PaymentLinks transferId={of.transfer_id} />
      </div>
    </Box>
  )
}

function FactsBox({ of }: { of: Dispute }) {
  const { t, date, hourMinute } = useOffice()
  const at = (moment: string) => `${date(toMs(moment))}, ${hourMinute(toMs(moment))}`
  return (
    <Box title={t('dispute.facts')}>
      <Facts>
        <Fact name={t('dispute.external')}>
          <CopyValue value={of.external_id} />
        </Fact>
        <Fact name={t('dispute.infraction')}>{of.infraction}</Fact>
        <Fact name={t('held.customer')}>
          <CopyValue value={of.customer_id} />
        </Fact>
        <Fact name={t('held.account')}>
          <CopyValue value={of.account_id} />
        </Fact>
        <Fact name={t('dispute.reported')}>{at(of.reported_at)}</Fact>
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

/** One dispute: its clocks, its money, the next step, and what was done so far. */
export default function DisputePage() {
  const { t } = useOffice()
  const disputeId = useParams()['disputeId'] ?? ''
  const found = useQuery(disputeQuery(disputeId))
  const { data } = found
  return (
    <Page
      title={t('dispute.one', { id: data?.external_id ?? '…' })}
      lead={data ? t(`dispute.situation.${data.situation}`) : '\u00a0'}
      back={{ to: '/compliance/disputes', label: t('dispute.title') }}
      actions={data && <DisputeChip state={data.state} />}
    >
      <Answered of={found}>
        {(of) => (
          <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,1fr)_22rem]">
            <div className="order-2 grid min-w-0 gap-4 xl:order-1">
              <DisputeClocks of={of} />
              <MoneyBox of={of} />
              <HeldTrail of="dispute" id={of.dispute_id} />
            </div>
            <div className="order-1 grid min-w-0 gap-4 xl:order-2">
              <DisputeMoves of={of} />
              <FactsBox of={of} />
            </div>
          </div>
        )}
      </Answered>
    </Page>
  )
}
