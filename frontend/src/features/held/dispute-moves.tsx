import { useState } from 'react'
import { Box } from '@/design/box'
import { Button } from '@/design/button'
import { Field, INPUT } from '@/design/field'
import { Person } from '@/features/session/person'
import { useDisputing } from '@/features/held/disputes'
import { FourEyes } from '@/features/held/four-eyes'
import { ProblemNote } from '@/features/held/problem-note'
import { REFUSALS, type Dispute, type Refusal } from '@/features/held/types'
import { useOffice } from '@/features/office/words'

type Doing = ReturnType<typeof useDisputing>
const RETURN = 'return'

/** Returns what is there of the money, or says why nothing is returned although two people agreed. */
function Refund({ of, doing }: { of: Dispute; doing: Doing }) {
  const { t, money } = useOffice()
  const [how, setHow] = useState<Refusal | typeof RETURN>(RETURN)
  return (
    <div className="grid gap-3">
      <p className="text-pretty text-ink-2">
        {t('dispute.refund.lead', { amount: money(of.held.amount_minor, of.held.currency) })}
      </p>
      <Field label={t('dispute.refund.how')}>
        {(attributes) => (
          <select
            {...attributes}
            value={how}
            onChange={(event) => setHow(event.target.value as Refusal | typeof RETURN)}
            className={`${INPUT} h-9`}
          >
            <option value={RETURN}>{t('dispute.refund.return')}</option>
            {REFUSALS.map((one) => (
              <option key={one} value={one}>
                {t('dispute.refund.reject', { why: t(`dispute.result.${one}`) })}
              </option>
            ))}
          </select>
        )}
      </Field>
      <ProblemNote error={doing.error} />
      <Button
        kind="primary"
        busy={doing.isPending}
        className="justify-self-start"
        onClick={() => doing.mutate({ how: 'refund', reject: how === RETURN ? null : how })}
      >
        {t(how === RETURN ? 'dispute.refund.go' : 'dispute.refund.refuse')}
      </Button>
    </div>
  )
}

/** The other side takes its report back; asked once, for the money is let go at once. */
function Cancelling({ doing }: { doing: Doing }) {
  const { t } = useOffice()
  const [isAsking, setIsAsking] = useState(false)
  if (!isAsking) {
    return (
      <Button className="justify-self-start" onClick={() => setIsAsking(true)}>
        {t('dispute.cancel')}
      </Button>
    )
  }
  return (
    <div role="group" aria-label={t('dispute.cancel')} className="grid gap-2">
      <p className="text-pretty text-ink-2">{t('dispute.cancel.ask')}</p>
      <span className="flex flex-wrap gap-2">
        <Button busy={doing.isPending} onClick={() => doing.mutate({ how: 'cancel' })}>
          {t('dispute.cancel.go')}
        </Button>
        <Button kind="quiet" onClick={() => setIsAsking(false)}>
          {t('held.notNow')}
        </Button>
      </span>
    </div>
  )
}

/** The next step from where a dispute stands. */
export function DisputeMoves({ of }: { of: Dispute }) {
  const { t } = useOffice()
  const doing = useDisputing(of.dispute_id)
  const { state, analysis, proposed_by: by, proposed_at: proposedAt } = of
  if (of.ended_at !== null) return null
  return (
    <Box title={t('held.next')}>
      <div className="grid gap-3">
        {state === 'open' && (
          <>
            <p className="text-pretty text-ink-2">{t('dispute.acknowledge.lead')}</p>
            <Button
              kind="primary"
              busy={doing.isPending}
              className="justify-self-start"
              onClick={() => doing.mutate({ how: 'acknowledge' })}
            >
              {t('dispute.acknowledge')}
            </Button>
          </>
        )}
        {state === 'acknowledged' && (
          <>
            <p className="text-pretty text-ink-2">{t('dispute.analyse.lead')}</p>
            <div className="flex flex-wrap gap-2">
              {(['agreed', 'disagreed'] as const).map((one) => (
                <Button
                  key={one}
                  busy={doing.isPending}
                  onClick={() => doing.mutate({ how: 'analyse', analysis: one })}
                >
                  {t(`dispute.analyse.${one}`)}
                </Button>
              ))}
            </div>
          </>
        )}
        {state === 'proposed' && analysis !== null && by !== null && proposedAt !== null && (
          <FourEyes
            proposedBy={by}
            busy={doing.isPending}
            onJudge={(approve) => doing.mutate({ how: 'judge', approve, proposedAt })}
          >
            <p className="font-medium text-ink">{t(`dispute.proposed.${analysis}`)}</p>
            <p className="text-[12.5px] text-ink-2">
              {t('held.by')} <Person id={by} />
            </p>
          </FourEyes>
        )}
        {state === 'agreed' ? <Refund of={of} doing={doing} /> : <ProblemNote error={doing.error} />}
        {state !== 'agreed' && <Cancelling doing={doing} />}
      </div>
    </Box>
  )
}
