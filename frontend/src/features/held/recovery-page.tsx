import { useQuery } from '@tanstack/react-query'
import { useParams } from 'react-router'
import { FactsBox, HeldOne, MoneyBox } from '@/features/held/held-one'
import { HeldTrail } from '@/features/held/held-trail'
import { recoveryQuery } from '@/features/held/recoveries'
import { RecoveryChip } from '@/features/held/recovery-chip'
import { RecoveryMoves } from '@/features/held/recovery-moves'
import { MomentChip } from '@/features/office/urgency-chip'
import { useOffice } from '@/features/office/words'
import { shortId } from '@/lib/format'

/** One recovery: what is asked back, by when the next step is due, and what was done so far. */
export default function RecoveryPage() {
  const { t } = useOffice()
  const recoveryId = useParams()['recoveryId'] ?? ''
  const found = useQuery(recoveryQuery(recoveryId))
  return (
    <HeldOne
      title={t('recovery.one', { id: found.data?.external_id ?? shortId(recoveryId) })}
      back={{ to: '/compliance/disputes/sent', label: t('recovery.title') }}
      found={found}
      chips={({ state, due_at: dueAt, urgency }) => (
        <>
          <RecoveryChip state={state} />
          {dueAt !== null && urgency !== null && <MomentChip at={dueAt} urgency={urgency} />}
        </>
      )}
    >
      {(of) => ({
        main: (
          <>
            <MoneyBox
              of={of}
              sums={[
                { name: t('recovery.money.asked'), of: of.amount },
                { name: t('recovery.money.returned'), of: of.returned },
              ]}
              result={of.result && t(`recovery.result.${of.result}`)}
            />
            <HeldTrail of="recovery" id={of.recovery_id} />
          </>
        ),
        aside: (
          <>
            <RecoveryMoves of={of} />
            <FactsBox
              of={of}
              title={t('recovery.facts')}
              external={{ name: t('recovery.external'), value: of.external_id }}
              directory={of.directory}
              moments={[
                { name: t('recovery.reported'), at: of.reported_at },
                ...(of.due_at === null ? [] : [{ name: t(`recovery.due.${of.state}`), at: of.due_at }]),
              ]}
            />
          </>
        ),
      })}
    </HeldOne>
  )
}
