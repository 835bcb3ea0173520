import { useQuery } from '@tanstack/react-query'
import { useParams } from 'react-router'
import { DisputeChip } from '@/features/held/dispute-chip'
import { DisputeClocks } from '@/features/held/dispute-clocks'
import { DisputeMoves } from '@/features/held/dispute-moves'
import { disputeQuery } from '@/features/held/disputes'
import { FactsBox, HeldOne, MoneyBox } from '@/features/held/held-one'
import { HeldTrail } from '@/features/held/held-trail'
import { useOffice } from '@/features/office/words'

/** One dispute: its clocks, its money, the next step, and what was done so far. */
export default function DisputePage() {
  const { t } = useOffice()
  const disputeId = useParams()['disputeId'] ?? ''
  const found = useQuery(disputeQuery(disputeId))
  return (
    <HeldOne
      title={t('dispute.one', { id: found.data?.external_id ?? '…' })}
      back={{ to: '/compliance/disputes', label: t('dispute.title') }}
      found={found}
      chips={({ state }) => <DisputeChip state={state} />}
    >
      {(of) => ({
        main: (
          <>
            <DisputeClocks of={of} />
            <MoneyBox
              of={of}
              sums={[
                { name: t('dispute.money.disputed'), of: of.amount },
                { name: t('dispute.money.held'), of: of.held },
                { name: t('dispute.money.returned'), of: of.refunded },
              ]}
              result={of.result && t(`dispute.result.${of.result}`)}
            />
            <HeldTrail of="dispute" id={of.dispute_id} />
          </>
        ),
        aside: (
          <>
            <DisputeMoves of={of} />
            <FactsBox
              of={of}
              title={t('dispute.facts')}
              external={{ name: t('dispute.external'), value: of.external_id }}
              directory={of.infraction}
              moments={[{ name: t('dispute.reported'), at: of.reported_at }]}
            />
          </>
        ),
      })}
    </HeldOne>
  )
}
